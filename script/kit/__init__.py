"""What the demo, the tests and the benchmarks share. Standard library only."""
