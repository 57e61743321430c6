"""A small shop's database in a file."""

import sqlite3
from pathlib import Path


def make_shop(path: Path) -> None:
    """Three related tables with a few rows."""
    with sqlite3.connect(path) as connection:
        connection.executescript("""
            CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
            CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, price REAL);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
                product_id INTEGER REFERENCES products (id), quantity INTEGER, status TEXT);
            INSERT INTO customers VALUES (1, '李雷', '北京'), (2, 'Ann', 'Paris'), (3, 'Bob', 'Paris');
            INSERT INTO products VALUES (1, 'Tea', 3.5), (2, '咖啡', 4.0);
            INSERT INTO orders VALUES (1, 1, 1, 2, 'paid'), (2, 2, 2, 1, 'open'), (3, 2, 1, 5, 'paid');
        """)
    connection.close()


def change(folder: Path, statement: str) -> None:
    """Change the shop's database."""
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute(statement)
    connection.close()
