package documents

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// What a clerk of the model does.
const (
	modelEnter   = "enter"   // a document on paper takes a number
	modelReserve = "reserve" // a number is held
	modelRelease = "release" // the number the clerk held last is given back
	modelCrash   = "crash"   // the machine stops after the number was drawn: nothing of it may remain
)

type modelIn struct {
	act  string
	held int64 // number that is given back
}

type modelOut struct {
	number int64
	day    calendar.Date
	state  string // of a number that was given back
}

// series is what a register of one year is, said simply: the last number, and those that wait to be given again, by day.
type series struct {
	last     int64
	released []int64
	day      calendar.Date // of those
	held     []int64
}

// registerModel is the law (D4.6, D4.10, D4.11) as a machine that does one act after another.
var registerModel = porcupine.Model{
	Init: func() any { return series{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(series), input.(modelIn), output.(modelOut)
		if in.act == modelRelease {
			at := slices.Index(s.held, in.held)
			if at < 0 {
				return false, s
			}
			s.held = slices.Delete(slices.Clone(s.held), at, at+1)
			if out.state == NumberReleased {
				s.released = append(slices.Clone(s.released), in.held)
				slices.Sort(s.released)
				s.day = out.day
			}
			return true, s
		}
		want := s.last + 1
		if len(s.released) > 0 && s.day == out.day { // what was given back yesterday is void
			want, s.released = s.released[0], slices.Clone(s.released[1:])
		} else {
			s.last++
		}
		if in.act == modelReserve {
			s.held = append(slices.Clone(s.held), want)
			slices.Sort(s.held)
		}
		return out.number == want, s
	},
	Equal: func(a, b any) bool {
		x, y := a.(series), b.(series)
		return x.last == y.last && x.day == y.day && slices.Equal(x.released, y.released) && slices.Equal(x.held, y.held)
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v → %+v", in, out) },
}

// modelRun is a run of many clerks, with the history of what they saw by register.
type modelRun struct {
	*house
	tick    atomic.Int64
	mu      sync.Mutex
	history map[int64][]porcupine.Operation
}

var errCrash = errors.New("the machine stopped")

// V5, D4.6, D4.10, D4.11, N10, N11: 32 clerks enter, hold, give back and lose numbers while the year changes; what they saw can be explained
// by one act after another on each register, and the registers have no gap and no double.
// V5: screen /registers/{id}; api POST /registers/{id}/reservations; command remote number-reserve
// N10: two clerks never get the same number.
// N11: a number is drawn under a lock, never as the greatest plus one.
func TestNumberingOfManyClerksIsOneAfterAnother(t *testing.T) {
	acts := rapid.SliceOfN(rapid.SampledFrom([]string{modelEnter, modelEnter, modelReserve, modelReserve, modelRelease, modelCrash}), 4, 6)
	for scenario := range 2 {
		m := &modelRun{house: newHouse(t), history: map[int64][]porcupine.Operation{}}
		m.clock.Set(time.Date(2026, 12, 31, 23, 30, 0, 0, calendar.Hanoi))
		m.entered(PaperForm{}) // the year 2026 has its register
		m.clock.Set(time.Date(2026, 12, 31, 23, 59, 59, 0, calendar.Hanoi))
		first, err := ListRegisters(bg, m.DB, m.clerk, OutgoingBook, 2026)
		must(t, err)
		m.history[first[0].ID] = []porcupine.Operation{{Input: modelIn{act: modelEnter}, Output: modelOut{number: 1, day: "2026-12-31"}, Call: m.tick.Add(1), Return: m.tick.Add(1)}}
		var wg sync.WaitGroup
		for clerk := range 32 {
			plan := acts.Example(scenario*100 + clerk)
			wg.Go(func() { m.work(clerk, plan) })
			if clerk == 15 {
				m.clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Hanoi)) // the others come after midnight, some of the first too
			}
		}
		wg.Wait()
		for register, ops := range m.history {
			if result, _ := porcupine.CheckOperationsVerbose(registerModel, ops, time.Minute); result != porcupine.Ok {
				t.Errorf("register %d: no order of %d acts explains what the clerks saw: %s", register, len(ops), result)
			}
			_, lines, err := BookLines(bg, m.DB, m.clerk, register, Span{})
			must(t, err)
			for i, l := range lines {
				if l.Number != int64(i+1) {
					t.Fatalf("register %d has number %d in line %d", register, l.Number, i+1)
				}
			}
		}
		if len(m.history) != 2 {
			t.Errorf("%d registers were used, want one a year", len(m.history))
		}
	}
}

// work does a plan; an act that is refused because another was faster has no place in the history, and must have left nothing.
func (m *modelRun) work(clerk int, plan []string) {
	var held []*Reservation
	for _, act := range plan {
		in, out, register := modelIn{act: act}, modelOut{}, int64(0)
		call := m.tick.Add(1)
		err := m.try(m.clerk, func(tx *store.Tx) error {
			switch act {
			case modelReserve:
				v, err := Reserve(bg, tx, ReserveForm{Reason: "Giữ số của mô hình"})
				if err == nil {
					out, register, held = modelOut{number: v.Number, day: v.HeldOn}, v.RegisterID, append(held, v)
				}
				return err
			case modelRelease:
				if len(held) == 0 {
					return errCrash
				}
				v, err := ReleaseNumber(bg, tx, held[len(held)-1].ID, "Trả số của mô hình")
				if err == nil {
					in.held, register = v.Number, v.RegisterID
					out = modelOut{number: v.Number, day: today(tx.Now()), state: v.State}
				}
				return err
			}
			o, err := EnterPaper(bg, tx, PaperForm{TypeCode: "QUYET_DINH", Subject: "khen thưởng", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
			if err != nil {
				return err
			}
			out, register = modelOut{number: o.Number, day: o.IssuedDate}, o.RegisterID
			if act == modelCrash {
				return errCrash
			}
			return nil
		})
		back := m.tick.Add(1)
		if err != nil {
			if act == modelReserve && len(held) > 0 && held[len(held)-1].Number == out.number && out.number != 0 {
				held = held[:len(held)-1]
			}
			continue
		}
		if act == modelRelease {
			held = held[:len(held)-1]
		}
		m.mu.Lock()
		m.history[register] = append(m.history[register], porcupine.Operation{ClientId: clerk, Input: in, Call: call, Output: out, Return: back})
		m.mu.Unlock()
	}
}
