"""pyperformance: json_dumps; the numbers of objects are a fiftieth of the benchmark's."""
import bm_json_dumps
import slices

data = []
for case in bm_json_dumps.CASES:
    value, count = getattr(bm_json_dumps, case)
    data.append((value, range(count // 50 or 1)))


def work():
    bm_json_dumps.bench_json_dumps(data)


slices.run(work, 1)
