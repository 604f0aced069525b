"""`quyu allocate`: break a number down from files, without the site and its database."""
