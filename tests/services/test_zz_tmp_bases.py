import sys; sys.path.insert(0,'/work/main')
import pytest
from core.rules.errors import Refused
from tests.services.life import begin_life
def test_x(sqlite_store, tmp_path):
    for name, call in begin_life(sqlite_store, tmp_path).steps():
        try: call()
        except Refused as r:
            print(name, r, [(f.field,f.text) for f in r.fields]); raise
