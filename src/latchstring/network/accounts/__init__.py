"""People who work with the network: operators, agencies' officers, reviewers. Owners have no account here."""
