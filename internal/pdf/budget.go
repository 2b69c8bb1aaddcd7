package pdf

// What one file may cost. The figures hold for files from strangers; a real file of this house stays far below them. Together
// they keep what a file of 10 MB can make its reader hold below 100 MB.
const (
	maxEntries   = 2_000_000
	maxNumber    = 4 * maxEntries // of an object
	maxRevisions = 1000
	maxInflate   = 16 << 20 // one cross-reference or object stream
	maxInflated  = 48 << 20 // all of them, of all revisions
	maxValues    = 6_000_000
	maxObject    = 24 << 20 // memory for one object
	maxKept      = 24 << 20 // memory for objects kept because they may be asked for again

	leastWork = 10_000_000 // values and entries that may be read in all revisions together,
	mostWork  = 60_000_000
	workPart  = 2 // and one more for so many bytes of the file
	entryWork = 3 // an entry takes longer than a value
)

// What the parts of an object cost, in bytes of memory, with the slack of what grows.
const (
	costOfValue = 32 // a place in an array, or a value by itself
	costOfEntry = 64 // in a dictionary
	costOfDict  = 320
)

// common is what all revisions of one file spend and use together.
type common struct {
	work     int
	inflated int
	decoded  map[encoded][]byte
}

// encoded names the bytes of a stream and how they are decoded: a crafted file can read one stream under two dictionaries.
type encoded struct {
	at, length int
	how        string
}

func newCommon(size int) *common {
	return &common{work: min(leastWork+size/workPart, mostWork), inflated: maxInflated, decoded: map[encoded][]byte{}}
}

// budget is what is left to spend on one revision.
type budget struct {
	entries int
	indexed int
	values  int
	*common
}

func newBudget(c *common) *budget {
	return &budget{entries: maxEntries, indexed: maxEntries, values: maxValues, common: c}
}

func (b *budget) entry(n int) error {
	b.work -= entryWork * n
	if b.entries -= n; b.entries < 0 || b.work < 0 {
		return limit("more than %d cross-reference entries", maxEntries)
	}
	return nil
}

// index charges the objects that an object stream lists.
func (b *budget) index(n int) error {
	b.work -= n
	if b.indexed -= n; b.indexed < 0 || b.work < 0 {
		return limit("more than %d objects in object streams", maxEntries)
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
	b.work--
	if b.values < 0 || b.work < 0 {
		return limit("more than %d values", maxValues)
	}
	return nil
}
