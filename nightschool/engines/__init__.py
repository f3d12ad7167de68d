"""Foreign solvers: a task of the rules goes in, what they found comes out."""
