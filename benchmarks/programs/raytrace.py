"""pyperformance: raytrace; a picture of 10 by 10 points, where the benchmark has 100 by 100."""
import slices
from bm_raytrace import bench_raytrace


def work():
    bench_raytrace(1, 10, 10, None)


slices.run(work, 1)
