"""pyperformance: regex_compile; every thirtieth expression, so that a slice stays short."""
import slices
from bm_regex_compile import bench_regex_compile, capture_regexes

expressions = capture_regexes()[::30]


def work():
    bench_regex_compile(1, expressions)


slices.run(work, 1)
