from tests.services.life import begin_life
def test_x(sqlite_store, tmp_path):
    life=begin_life(sqlite_store,tmp_path)
    from core.rules.errors import Refused
    names=[]
    for n,c in life.steps():
        try: c()
        except Refused as r:
            print("AT",n,[(f.field,f.text) for f in r.fields],r.text); print(names[-8:]); assert False
        names.append(n)
    print("OK",len(names))
