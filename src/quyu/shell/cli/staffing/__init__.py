"""`quyu staff`: people for territories from files, without the site and its database."""
