"""What follows from an accepted verdict: it is learned, what that did to other answers is measured, and what does harm
is taken back and held for a person."""
