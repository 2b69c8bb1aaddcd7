package pdf

const (
	maxEntries   = 2_000_000
	maxRevisions = 1000
	maxInflate   = 32 << 20
	maxInflated  = 128 << 20
)
