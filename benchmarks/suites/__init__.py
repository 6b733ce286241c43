"""The same suite with each library: as many tests as ``BENCHMARKS_TESTS`` says."""
