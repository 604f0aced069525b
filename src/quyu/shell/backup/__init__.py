"""Backup and restore: one archive of database, facts, files and keys, proved equal before it is put in place."""
