"""Customers on the map: how many at each place, who they are there, and where one is."""
