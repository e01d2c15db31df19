# SPDX-License-Identifier: Apache-2.0
# What is here?  By parts of the standard library that need libraries of their own.
import json
import os
import socket
import sqlite3
import ssl

database = sqlite3.connect(":memory:")
database.execute("create table interfaces (number integer, name text)")
database.executemany("insert into interfaces values (?, ?)", socket.if_nameindex())
names = [name for name, in database.execute("select name from interfaces order by name")]
ssl.create_default_context()
print(json.dumps({
    "pid": os.getpid(),
    "hostname": socket.gethostname(),
    "interfaces": names,
    "libraries": [ssl.OPENSSL_VERSION.rsplit(" ", 3)[0], "SQLite " + sqlite3.sqlite_version],
}))
