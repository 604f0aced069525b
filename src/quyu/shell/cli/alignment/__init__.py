"""`quyu align`: divide units into territories from files, without the site and its database."""
