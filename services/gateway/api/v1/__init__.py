"""Version 1: data sources, datasets, trainings, chat."""
