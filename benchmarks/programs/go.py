"""pyperformance: go, a player of the game; it looks at four games for a move, where the benchmark looks at 200."""
import bm_go
import slices

bm_go.GAMES = 4
slices.run(bm_go.versus_cpu, 1)
