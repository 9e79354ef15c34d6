"""Did it work? Comparisons of before and after that say what they cannot tell."""
