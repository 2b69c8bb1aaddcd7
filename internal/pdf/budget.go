package pdf

// What one file may cost. The figures hold for files from strangers; a real file of this house stays far below them.
const (
	maxEntries   = 2_000_000
	maxRevisions = 1000
	maxInflate   = 32 << 20
	maxInflated  = 128 << 20
	maxValues    = 6_000_000
	maxWork      = 60_000_000
)

// budget is what is left to spend on one file. Revisions opened from the same file share the work counter.
type budget struct {
	entries  int
	inflated int
	values   int
	work     *int
}

func newBudget(work *int) *budget {
	return &budget{entries: maxEntries, inflated: maxInflated, values: maxValues, work: work}
}

func (b *budget) entry(n int) error {
	if b.entries -= n; b.entries < 0 {
		return limit("more than %d cross-reference entries", maxEntries)
	}
	return nil
}

func (b *budget) inflate(n int) error {
	if b.inflated -= n; b.inflated < 0 {
		return limit("structure streams inflate beyond %d bytes", maxInflated)
	}
	return nil
}

// value charges one parsed value; a nil budget (own data) is free.
func (b *budget) value() error {
	if b == nil {
		return nil
	}
	b.values--
	*b.work--
	if b.values < 0 || *b.work < 0 {
		return limit("more than %d values", maxValues)
	}
	return nil
}
