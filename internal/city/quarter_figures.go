package city

import (
	"math"
	"strings"

	"congvu/internal/documents"
	"congvu/internal/org"
)

// What the quarter of a whole city counts (C4.6–C4.8, C5.5).
const (
	quarterIssued   = 12_492
	quarterCopies   = 62_460
	quarterOutside  = 15_000
	quarterInternal = 6_288

	toEverybody  = 25  // documents that go to all agencies
	toDistricts  = 125 // to all districts; where there are none, to all communes
	toDepartment = 250 // to the departments
	mostOthers   = 20  // receivers of any other document
)

// quarterFigures are the numbers of one quarter, for the agencies there are.
type quarterFigures struct {
	Issued, Copies, Outside, Internal int
	City, District, Commune           int    // who issues (C4.6)
	Everybody, Districts, Departments int    // documents with many receivers (C4.7); the others have 1 to mostOthers
	Others                            int    // copies of the others
	Kinds                             []int  // in the order of quarterKinds
	Urgencies                         [4]int // of the issued ones
	Late, Open                        int    // of all received documents (C4.10); the rest is done in time
	Returned                          int    // received documents that a unit gave back once
	Recalled, Replaced                int    // issued documents, later
	Replies                           int    // issued documents that answer and complete a received one
	Retried                           int    // copies that were sent and did not come through at first
	SentBack                          int    // drafts that were returned once
}

// Entered is the total of documents.
func (f quarterFigures) Entered() int { return f.Issued + f.Copies + f.Outside + f.Internal }

// quarterKinds are the types of issued documents in per mille (C4.8).
var quarterKinds = []struct {
	code  string
	share int
}{{"CONG_VAN", 550}, {"BAO_CAO", 120}, {"QUYET_DINH", 100}, {"THONG_BAO", 60}, {"TO_TRINH", 60}, {"KE_HOACH", 50}, {"GIAY_MOI", 40}, {"HUONG_DAN", 14}, {"CONG_DIEN", 6}}

// share splits a total by weights, exactly: what is left goes to the largest remainders, the first ones where they are equal.
func share(total int, weights ...int) []int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	out, rest := make([]int, len(weights)), make([]int, len(weights))
	left := total
	for i, w := range weights {
		if sum > 0 {
			out[i], rest[i] = total*w/sum, total*w%sum
		}
		left -= out[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		out[best]++
		rest[best] = -1
	}
	return out
}

// levels lists agencies by what they are.
type levels struct{ city, departments, districts, communes []int }

func levelsOf(all []agency) (l levels) {
	for i := range all {
		switch all[i].level {
		case org.District:
			l.districts = append(l.districts, i)
		case org.Commune:
			l.communes = append(l.communes, i)
		default:
			l.city = append(l.city, i)
			if i != theCity && !strings.HasPrefix(all[i].name, "Văn phòng") {
				l.departments = append(l.departments, i)
			}
		}
	}
	return l
}

// middle are the agencies that "all districts" means: the communes where districts are no more.
func (l levels) middle() []int {
	if len(l.districts) == 0 {
		return l.communes
	}
	return l.districts
}

// figuresOf gives the numbers for a scale. In a small city a document cannot have five receivers in the mean: the small set of C7.2 counts 500.
func figuresOf(scale float64, all []agency) quarterFigures {
	of := func(n int) int { return int(math.Round(float64(n) * scale)) }
	l := levelsOf(all)
	f := quarterFigures{Issued: of(quarterIssued), Outside: of(quarterOutside), Internal: of(quarterInternal), Copies: of(quarterCopies),
		Everybody: of(toEverybody), Districts: of(toDistricts), Departments: of(toDepartment)}
	if len(l.departments) == 0 {
		f.Departments = 0
	}
	if len(l.middle()) == 0 {
		f.Districts = 0
	}
	others := len(all) - 1
	if scale <= 0.01 {
		f.Copies = 500 - f.Issued - f.Outside - f.Internal
	}
	many := func() int { return f.Everybody*others + f.Districts*len(l.middle()) + f.Departments*len(l.departments) }
	for f.Copies-many() < f.Issued-f.Everybody-f.Districts-f.Departments && f.Everybody+f.Districts+f.Departments > 0 {
		f.Everybody, f.Districts, f.Departments = f.Everybody/2, f.Districts/2, f.Departments/2
	}
	rest := f.Issued - f.Everybody - f.Districts - f.Departments
	f.Others = min(max(f.Copies-many(), rest), rest*max(1, min(mostOthers, others)))
	f.Copies = f.Others + many()

	weights := []int{5621, 3748, 3123}
	if len(l.districts) == 0 {
		weights = []int{5621, 0, 3748 + 3123}
	}
	by := share(f.Issued, weights...)
	f.City, f.District, f.Commune = by[0], by[1], by[2]
	kinds := make([]int, len(quarterKinds))
	for i, k := range quarterKinds {
		kinds[i] = k.share
	}
	f.Kinds = share(f.Issued, kinds...)
	f.Urgencies = [4]int(share(f.Issued, 88, 9, 2, 1))
	in := share(f.Copies+f.Outside, 70, 12, 18)
	f.Late, f.Open = in[1], in[2]
	f.Returned = share(f.Copies+f.Outside, 3, 97)[0]
	f.SentBack = share(f.Issued, 8, 92)[0]
	few := func(total, perMille int) int { return max(1, share(total, perMille, 1000-perMille)[0]) } // the smallest set shows each kind once
	f.Recalled, f.Replaced, f.Replies, f.Retried = few(f.Issued, 10), few(f.Issued, 5), few(f.Issued, 50), few(f.Copies, 3)
	return f
}

// internalFates are the states in which documents that are not issued stand, in shares.
var internalFates = []struct{ fate, share int }{{drafted, 28}, {inReview, 20}, {returned, 9}, {awaiting, 18}, {signed, 8}, {numbered, 3}, {sealed, 1}, {cancelled, 10}, {cancelledNumber, 3}}

// stateOf is the state in which a fate leaves an outgoing document.
var stateOf = map[int]documents.State{issued: documents.Issued, drafted: documents.Drafted, inReview: documents.InReview, returned: documents.Returned,
	awaiting: documents.AwaitingSignature, signed: documents.Signed, numbered: documents.Numbered, sealed: documents.Sealed, cancelled: documents.Cancelled, cancelledNumber: documents.Cancelled}

// reachedOf is the state in which a fate leaves a received document.
var reachedOf = map[int]documents.InState{finished: documents.Done, noted: documents.Done, arrived: documents.Arrived, registered: documents.Registered,
	submitted: documents.Registered, assigned: documents.Assigned, started: documents.InProgress}

// internalStates is how many documents stand in each fate of internalFates.
func (f quarterFigures) internalStates() []int {
	w := make([]int, len(internalFates))
	for i, x := range internalFates {
		w[i] = x.share
	}
	return share(f.Internal, w...)
}
