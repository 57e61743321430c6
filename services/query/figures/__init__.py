"""The figures by which rows are ranked or chosen, where only names were asked for."""
