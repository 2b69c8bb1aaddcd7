package documents

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"congvu/internal/calendar"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

// killedOrder is what the process that will be killed is told: where the data are, who writes, what time it is and after how many acts the year changes.
type killedOrder struct {
	Dir, URL string
	Clerk    store.Actor
	Begin    time.Time
	Midnight int64 // after so many acts it is the first second of 2027; 0 = never
	Round    int
	Held     map[int]int64 // reservation that a writer of the last process held: it may give it back
}

// killedEvent is a line of what a writer did: the call before, the answer after it is durable.
type killedEvent struct {
	Op, Writer int
	Done       bool
	Act        string
	Held       int64 // number that is given back
	Holding    int64 // its reservation, or the new one
	Register   int64
	Number     int64
	Day        calendar.Date
	State      string
	Error      string // the act was refused
}

func (o killedOrder) word(op int) string { return fmt.Sprintf("Mô hình %d-%d", o.Round, op) }

const (
	killedWriters = 12
	killedEnv     = "CONGVU_NUMBERING"
)

// The other process of TestNumberingOfKilledProcesses: it draws numbers until it is killed.
func TestNumberingUntilKilled(t *testing.T) {
	if os.Getenv(killedEnv) == "" {
		t.Skip("is the other process of TestNumberingOfKilledProcesses")
	}
	var o killedOrder
	must(t, json.Unmarshal([]byte(os.Getenv(killedEnv)), &o))
	clock := storetest.NewClock(o.Begin)
	db, err := store.Open(bg, store.Config{Dir: o.Dir, URL: o.URL, Clock: clock, Readers: 4})
	must(t, err)
	out := os.NewFile(3, "events")
	var mu sync.Mutex
	tell := func(e killedEvent) {
		mu.Lock()
		defer mu.Unlock()
		line, _ := json.Marshal(e)
		if _, err := out.Write(append(line, '\n')); err != nil {
			os.Exit(3) // nobody listens any more
		}
	}
	var ops, done atomic.Int64
	var all sync.WaitGroup
	for writer := range killedWriters {
		all.Go(func() {
			held := map[int64]int64{} // reservation → number
			if id := o.Held[writer]; id != 0 {
				if v, err := FindReservation(bg, db, o.Clerk, id); err == nil && v.State == NumberHeld {
					held[id] = v.Number
				}
			}
			for {
				e := killedEvent{Op: int(ops.Add(1)), Writer: writer, Act: []string{modelEnter, modelReserve, modelReserve, modelRelease, modelEnter}[rand.IntN(5)]}
				for id, n := range held {
					e.Holding, e.Held = id, n
				}
				if e.Act == modelRelease && e.Holding == 0 {
					e.Act = modelEnter
				}
				if e.Act != modelRelease {
					e.Holding, e.Held = 0, 0
				}
				tell(e)
				e.do(db, o)
				if e.Error == "" && e.Act == modelReserve {
					held[e.Holding] = e.Number
				} else if e.Error == "" && e.Act == modelRelease {
					delete(held, e.Holding)
				}
				e.Done = true
				tell(e)
				if n := done.Add(1); n == o.Midnight {
					clock.Set(time.Date(2027, 1, 1, 0, 0, 0, 0, calendar.Hanoi))
				}
			}
		})
	}
	all.Wait()
}

func (e *killedEvent) do(db *store.DB, o killedOrder) {
	err := db.Write(bg, o.Clerk, func(tx *store.Tx) error {
		switch e.Act {
		case modelReserve:
			v, err := Reserve(bg, tx, ReserveForm{Reason: o.word(e.Op)})
			if err == nil {
				e.Holding, e.Number, e.Register, e.Day = v.ID, v.Number, v.RegisterID, v.HeldOn
			}
			return err
		case modelRelease:
			v, err := ReleaseNumber(bg, tx, e.Holding, o.word(e.Op))
			if err == nil {
				e.Register, e.Day, e.State = v.RegisterID, today(tx.Now()), v.State
			}
			return err
		}
		d, err := EnterPaper(bg, tx, PaperForm{TypeCode: "QUYET_DINH", Subject: o.word(e.Op), SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}})
		if err == nil {
			e.Number, e.Register, e.Day = d.Number, d.RegisterID, d.IssuedDate
		}
		return err
	})
	if err != nil {
		e.Error = err.Error()
	}
}

// killedRun is the history of all processes, by register.
type killedRun struct {
	*house
	config  store.Config
	tick    int64
	history map[int64][]porcupine.Operation
	open    map[int]killedEvent // calls without an answer of the process that runs
	calls   map[int]int64
	held    map[int]int64
	done    int
}

// round runs one process until it has answered so often, kills it, and reads to the end what it had said.
func (k *killedRun) round(o killedOrder, answers int) {
	k.t.Helper()
	text, err := json.Marshal(o)
	must(k.t, err)
	read, write, err := os.Pipe()
	must(k.t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestNumberingUntilKilled$", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), killedEnv+"="+string(text))
	cmd.ExtraFiles = []*os.File{write}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	must(k.t, cmd.Start())
	must(k.t, write.Close())
	k.open, k.calls = map[int]killedEvent{}, map[int]int64{}
	lines, n := bufio.NewScanner(read), 0
	for lines.Scan() {
		var e killedEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			break // the last line, cut off
		}
		k.tick++
		if !e.Done {
			k.open[e.Op], k.calls[e.Op] = e, k.tick
			continue
		}
		delete(k.open, e.Op)
		if n++; n == answers {
			must(k.t, cmd.Process.Kill())
		}
		if e.Error == "" {
			k.note(e, k.tick)
		}
	}
	err = cmd.Wait()
	read.Close()
	if n < answers {
		k.t.Fatalf("the process ended by itself after %d answers: %v\n%s", n, err, said.String())
	}
	k.done += n
}

// note enters an act that has happened.
func (k *killedRun) note(e killedEvent, back int64) {
	in, out := modelIn{act: e.Act}, modelOut{number: e.Number, day: e.Day}
	switch e.Act {
	case modelRelease:
		in.held, out = e.Held, modelOut{day: e.Day, state: e.State}
		delete(k.held, e.Writer)
	case modelReserve:
		k.held[e.Writer] = e.Holding
	}
	k.history[e.Register] = append(k.history[e.Register], porcupine.Operation{ClientId: e.Writer, Input: in, Call: k.calls[e.Op], Output: out, Return: back})
}

var (
	sqlKilledPaper    = store.SQL(`SELECT o.register_id AS register, o.number, o.issued_date AS day FROM documents_outgoing o WHERE o.agency_id = $1 AND o.subject = $2`)
	sqlKilledReserved = store.SQL(`SELECT register_id AS register, number, held_on AS day, id AS holding FROM documents_reservations WHERE agency_id = $1 AND reason = $2`)
	sqlKilledReleased = store.SQL(`SELECT register_id AS register, ended_us AS ended, held_on AS day FROM documents_reservations WHERE agency_id = $1 AND end_reason = $2`)
)

type killedFound struct {
	Register, Number, Holding int64
	Day                       calendar.Date
	Ended                     store.Instant
}

// settle asks the data what became of the calls that were never answered: each was done whole, or not at all.
func (k *killedRun) settle(db *store.DB, o killedOrder) (done int) {
	k.t.Helper()
	k.tick++
	for op, e := range k.open {
		query := map[string]*store.Stmt{modelEnter: sqlKilledPaper, modelReserve: sqlKilledReserved, modelRelease: sqlKilledReleased}[e.Act]
		found, err := store.All[killedFound](bg, db, query, k.clerk.Agency, o.word(op))
		must(k.t, err)
		if len(found) > 1 {
			k.t.Fatalf("%s was done %d times", o.word(op), len(found))
		}
		if len(found) == 0 {
			continue
		}
		f := found[0]
		e.Register, e.Number, e.Day = f.Register, f.Number, f.Day
		switch e.Act {
		case modelReserve:
			e.Holding = f.Holding
		case modelRelease: // given back on the day it was held, it is offered again
			e.State, e.Number = NumberVoid, 0
			if today(f.Ended) == f.Day {
				e.State = NumberReleased
			}
			e.Day = today(f.Ended)
		}
		k.note(e, k.tick)
		done++
	}
	return done
}

// V5, D4.6, D4.10, D4.11, N10, N11: processes that draw, hold and give back numbers with twelve writers each are killed one after another, one of them over the change of
// the year. What all of them were told, and what is found of the acts that were never answered, can be explained by one act after another on each register, without a
// gap and without a number twice.
func TestNumberingOfKilledProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for a while")
	}
	clock := storetest.NewClock(time.Date(2026, 12, 31, 22, 0, 0, 0, calendar.Hanoi))
	c := storetest.Config(t, clock)
	c.Clock = clock
	db, err := store.Open(bg, c)
	must(t, err)
	k := &killedRun{house: newHouseOn(t, db, clock), config: c, history: map[int64][]porcupine.Operation{}, held: map[int]int64{}}
	k.entered(PaperForm{}) // the year 2026 has its register
	first, err := ListRegisters(bg, db, k.clerk, OutgoingBook, 2026)
	must(t, err)
	k.tick++
	k.history[first[0].ID] = []porcupine.Operation{{Input: modelIn{act: modelEnter}, Output: modelOut{number: 1, day: "2026-12-31"}, Call: k.tick, Return: k.tick}}
	must(t, db.Close())
	unanswered := 0
	for round := range 6 {
		o := killedOrder{Dir: c.Dir, URL: c.URL, Clerk: k.clerk, Round: round, Held: k.held, Begin: time.Date(2026, 12, 31, 23, 10*round, 0, 0, calendar.Hanoi)}
		if round == 3 {
			o.Midnight = 20 + rand.Int64N(20)
		}
		if round > 3 {
			o.Begin = time.Date(2027, 1, 1, round, 0, 0, 0, calendar.Hanoi)
		}
		k.round(o, 45+rand.IntN(25))
		storetest.Ended(t, c.URL)
		clock.Set(o.Begin.Add(5 * time.Minute))
		db, err := store.Open(bg, c)
		must(t, err)
		unanswered += k.settle(db, o)
		must(t, db.Close())
	}
	if db, err = store.Open(bg, c); err == nil {
		defer db.Close()
	}
	must(t, err)
	for register, ops := range k.history {
		if result, _ := porcupine.CheckOperationsVerbose(registerModel, ops, time.Minute); result == porcupine.Illegal {
			t.Errorf("register %d: no order of %d acts explains what the clerks saw", register, len(ops))
		} else if result == porcupine.Unknown {
			t.Logf("register %d: %d acts were too many to explain in a minute; gaps and doubles are looked at below", register, len(ops))
		}
		_, lines, err := BookLines(bg, db, k.clerk, register, Span{})
		must(t, err)
		for i, l := range lines {
			if l.Number != int64(i+1) {
				t.Fatalf("register %d has number %d in line %d", register, l.Number, i+1)
			}
		}
	}
	if len(k.history) != 2 {
		t.Errorf("%d registers were used, want one a year", len(k.history))
	}
	t.Logf("%d answered acts, %d done without an answer", k.done, unanswered)
}
