"""What `quyu attain` reads and says."""
