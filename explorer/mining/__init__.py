"""Dark matter: facts that the space implies and no source says, found by relation and put before a person."""
