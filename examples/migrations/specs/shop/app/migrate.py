"""Applies each file in /migrations once, in order."""

import sqlite3
from pathlib import Path

database = sqlite3.connect("/data/shop.db")
database.execute("CREATE TABLE IF NOT EXISTS applied (name TEXT PRIMARY KEY)")
done = {name for (name,) in database.execute("SELECT name FROM applied")}
for file in sorted(Path("/migrations").glob("*.sql")):
    if file.name not in done:
        database.executescript(file.read_text())
        database.execute("INSERT INTO applied VALUES (?)", (file.name,))
        database.commit()
        print(f"applied {file.name}")
