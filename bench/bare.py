"""The yardstick: a bare Flask POST with one durable insert through SQLAlchemy Core, under the same server."""

from __future__ import annotations

import sys

from server import runtime

runtime.prepare("eventlet")

from pathlib import Path  # noqa: E402 - the process must be made green first

from flask import Flask, Response, jsonify, request  # noqa: E402
from sqlalchemy import Column, Integer, MetaData, String, Table  # noqa: E402

from sql.database import open_engine, writing  # noqa: E402

metadata = MetaData()
numbers = Table("numbers", metadata, Column("id", Integer, primary_key=True), Column("service", String(20)))


def main() -> None:
    """Serve on a free port, printed on the first line. `sys.argv[1]` is the folder of the database."""
    engine = open_engine(f"sqlite:///{Path(sys.argv[1]) / 'bare.sqlite3'}")
    metadata.create_all(engine)
    app = Flask(__name__)

    @app.post("/numbers")
    def number() -> Response:
        with writing(engine) as connection:
            made = connection.execute(numbers.insert(), {"service": request.get_json()["service"]})
        answer = jsonify({"id": made.inserted_primary_key[0] if made.inserted_primary_key else None})
        answer.status_code = 201
        return answer

    listening = runtime.listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    runtime.serve(app, listening, 5000, lambda: None)


if __name__ == "__main__":
    main()
