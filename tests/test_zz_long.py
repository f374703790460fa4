import time, traceback, sys
from core.store.work import UnitOfWork
from tests.conftest import *
from tests.services.life import begin_life
def test_long(open_new_store, tmp_path, monkeypatch):
    rows=[]
    e0,x0=UnitOfWork.__enter__,UnitOfWork.__exit__
    def e(self):
        r=e0(self); self._t=time.perf_counter(); 
        self._who=[f.name+':'+f.filename.split('/')[-1] for f in traceback.extract_stack() if '/core/services' in f.filename][-2:]
        return r
    def x(self,*a):
        if self._writing: rows.append((time.perf_counter()-self._t,self._who))
        return x0(self,*a)
    monkeypatch.setattr(UnitOfWork,'__enter__',e); monkeypatch.setattr(UnitOfWork,'__exit__',x)
    begin_life(open_new_store("sqlite"),tmp_path).play()
    rows.sort(key=lambda r:-r[0])
    print(len(rows)); 
    for r in rows[:12]: print(f"{r[0]*1000:.0f} ms",r[1])
