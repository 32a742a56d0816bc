import cProfile, pstats, time, asyncio
async def test_p(company):
    o=company.owner
    c=await o.create("/customers", name="x")
    p=await o.create("/products", code="a", name="a", list_price={"amount":"10","currency":"USD"})
    pl=(await o.http.get("/pipelines")).json()["data"][0]
    won=[s for s in pl["stages"] if s["kind"]=="won"][0]["id"]
    async def one(i):
        await o.create("/opportunities", name=f"GTX Pro · Bluth Company {i}", customer_id=c["id"], pipeline_id=pl["id"], stage_id=won, owner_id=o.id, opened_on="2017-01-01", closed_on="2017-02-02", lines=[{"product_id":p["id"],"quantity":"1","unit_price":{"amount":"12","currency":"USD"}}], external_ids=[{"source":"maven","key":f"k{i}"}])
    for i in range(20): await one(i)
    t=time.perf_counter(); tc=time.process_time()
    pr=cProfile.Profile(); pr.enable()
    for i in range(100,500): await one(i)
    pr.disable()
    print("wall ms", (time.perf_counter()-t)/400*1000, "cpu ms", (time.process_time()-tc)/400*1000)
    pstats.Stats(pr).sort_stats("tottime").print_stats(45)
    t=time.perf_counter(); tc=time.process_time()
    for i in range(1000,1400): await one(i)
    print("noprof wall ms", (time.perf_counter()-t)/400*1000, "cpu ms", (time.process_time()-tc)/400*1000)
