"""Files that people send in and take away: their text, their lines, and what is wrong with a line."""
