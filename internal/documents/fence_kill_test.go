package documents

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

const lostEnv = "CONGVU_LOST"

// lostOrder is what the process that will be killed is told.
type lostOrder struct {
	Dir, URL  string
	Clerk     store.Actor
	Begin     time.Time
	Book      int64
	Next, End int64 // the missing numbers nobody has asked for yet
	Round     int
}

// lostDeed is a line of what it did: before the act, and after it is durable.
type lostDeed struct {
	First, Last int64
	Enter       bool // the number is entered with its document; else the numbers are voided
	Done        bool
	Error       string
}

func (d lostDeed) word(round int) string {
	return fmt.Sprintf("Số thiếu của lần %d: từ %d đến %d", round, d.First, d.Last)
}

// The other process of TestLostNumbersOfKilledProcesses: four writers enter and void lost numbers, and try to get a new one, until it is killed.
func TestLostNumbersUntilKilled(t *testing.T) {
	if os.Getenv(lostEnv) == "" {
		t.Skip("is the other process of TestLostNumbersOfKilledProcesses")
	}
	var o lostOrder
	must(t, json.Unmarshal([]byte(os.Getenv(lostEnv)), &o))
	db, err := store.Open(bg, store.Config{Dir: o.Dir, URL: o.URL, Clock: storetest.NewClock(o.Begin), Readers: 4})
	must(t, err)
	out := os.NewFile(3, "deeds")
	var mu sync.Mutex
	tell := func(d lostDeed) {
		mu.Lock()
		defer mu.Unlock()
		line, _ := json.Marshal(d)
		if _, err := out.Write(append(line, '\n')); err != nil {
			os.Exit(3) // nobody listens any more
		}
	}
	var next atomic.Int64
	next.Store(o.Next)
	var all sync.WaitGroup
	for writer := range 4 {
		all.Go(func() {
			for {
				d := lostDeed{Enter: writer%2 == 0}
				if d.Last = next.Add(3) - 1; d.Last > o.End {
					return
				}
				d.First = d.Last - 2
				if d.Enter { // the other two stay missing
					d.Last = d.First
				}
				tell(d)
				err := db.Write(bg, o.Clerk, func(tx *store.Tx) error {
					if d.Enter {
						_, err := EnterPaper(bg, tx, PaperForm{TypeCode: "QUYET_DINH", Subject: d.word(o.Round), SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}, Register: o.Book, Number: d.First, Lost: true})
						return err
					}
					_, err := VoidLost(bg, tx, o.Book, d.First, d.Last, d.word(o.Round))
					return err
				})
				if d.Done = true; err != nil {
					d.Error = err.Error()
				}
				if again := db.Write(bg, o.Clerk, func(tx *store.Tx) error {
					_, err := EnterPaper(bg, tx, PaperForm{TypeCode: "QUYET_DINH", Subject: "số mới", SignerName: "Nguyễn Văn Nghĩa", Receivers: []string{"Sở Nội vụ"}, Register: o.Book})
					return err
				}); !errors.Is(again, store.Conflict) {
					d.Error += fmt.Sprintf("a number was given while others are missing: %v", again)
				}
				tell(d)
			}
		})
	}
	all.Wait()
}

// lostRound runs one process until it has answered so often and kills it: what it said was done, and what was under way.
func lostRound(t *testing.T, o lostOrder, answers int) (done, open []lostDeed) {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	read, write, err := os.Pipe()
	must(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestLostNumbersUntilKilled$", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), lostEnv+"="+string(text))
	cmd.ExtraFiles = []*os.File{write}
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	must(t, cmd.Start())
	must(t, write.Close())
	begun := map[int64]lostDeed{}
	for lines := bufio.NewScanner(read); lines.Scan(); {
		var d lostDeed
		if json.Unmarshal(lines.Bytes(), &d) != nil {
			break // the last line, cut off
		}
		if !d.Done {
			begun[d.First] = d
			continue
		}
		if delete(begun, d.First); d.Error != "" {
			t.Errorf("%+v", d)
		}
		if done = append(done, d); len(done) == answers {
			must(t, cmd.Process.Kill())
		}
	}
	err = cmd.Wait()
	read.Close()
	if len(done) < answers {
		t.Fatalf("the process ended by itself after %d answers: %v\n%s", len(done), err, said.String())
	}
	for _, d := range begun {
		open = append(open, d)
	}
	return done, open
}

// Reliability §4, T32: a process that enters and voids lost numbers is killed three times. What it said was done is there, what was under way is there whole or not at
// all, and no number is given while one is missing. The outside file had more to say than a peer would be believed.
func TestLostNumbersOfKilledProcesses(t *testing.T) {
	clock := storetest.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Hanoi))
	c := storetest.Config(t, clock)
	c.Clock = clock
	db, err := store.Open(bg, c)
	must(t, err)
	h := newHouseOn(t, db, clock)
	h.entered(PaperForm{})
	kept := must1(Lasts(bg, db, 2026))
	b := must1(FindRegister(bg, db, h.clerk, must1(store.One[int64](bg, db, sqlTestBook, h.clerk.Agency))))
	for i := range kept {
		if kept[i].ID == b.ID {
			kept[i].Last += mostLost + 500
		}
	}
	if n := must1(Fence(bg, db, kept)); n != mostLost+500 {
		t.Fatalf("%d numbers are missing", n)
	}
	next, end, unanswered := int64(2), int64(1+mostLost+500), 0
	for round := range 3 {
		must(t, db.Close())
		o := lostOrder{Dir: c.Dir, URL: c.URL, Clerk: h.clerk, Begin: clock.Now(), Book: b.ID, Next: next, End: end, Round: round}
		done, open := lostRound(t, o, 20+7*round)
		storetest.Ended(t, c.URL)
		db, err = store.Open(bg, c)
		must(t, err)
		byNumber := map[int64]LostNumber{}
		for _, l := range must1(LostNumbers(bg, db, h.clerk, b.ID)) {
			byNumber[l.Number] = l
		}
		_, lines, err := BookLines(bg, db, h.clerk, b.ID, Span{})
		must(t, err)
		inBook := map[int64]BookLine{}
		for _, l := range lines {
			inBook[l.Number] = l
		}
		happened := func(d lostDeed) (whole int) { // how many of its numbers are done, each with its line in the register
			for n := d.First; n <= d.Last; n++ {
				next = max(next, n+3)
				l, line := byNumber[n], inBook[n]
				switch {
				case d.Enter && l.State == LostEntered && line.Ref == l.Ref && !line.Void, !d.Enter && l.State == LostVoid && l.Reason == d.word(round) && line.Void:
					whole++
				case l.State != LostMissing || line.Number != 0:
					t.Errorf("%d is half done: %+v %+v", n, l, line)
				}
			}
			return whole
		}
		for _, d := range done {
			if n := int64(happened(d)); n != d.Last-d.First+1 {
				t.Errorf("%+v was answered, %d of it is there", d, n)
			}
		}
		for _, d := range open {
			n := int64(happened(d))
			if n != 0 && n != d.Last-d.First+1 {
				t.Errorf("%+v was never answered, %d of it is there", d, n)
			}
			unanswered += int(min(n, 1))
		}
		if err := db.Write(bg, h.clerk, func(tx *store.Tx) error {
			_, err := Reserve(bg, tx, ReserveForm{Reason: "văn bản ký chiều nay"})
			return err
		}); !errors.Is(err, store.Conflict) {
			t.Errorf("after kill %d a number was given: %v", round+1, err)
		}
	}
	defer db.Close()
	must(t, db.Write(bg, h.clerk, func(tx *store.Tx) error {
		_, err := VoidLost(bg, tx, b.ID, 1, end, "không tìm lại được văn bản")
		return err
	}))
	var v *Reservation
	must(t, db.Write(bg, h.clerk, func(tx *store.Tx) (err error) {
		v, err = Reserve(bg, tx, ReserveForm{Reason: "văn bản ký chiều nay"})
		return err
	}))
	if v.Number != end+1 {
		t.Errorf("after the fence came %d", v.Number)
	}
	f := &store.Findings{}
	if must(t, Check(bg, db, f)); f.Total != 0 {
		t.Errorf("%+v", f.List)
	}
	t.Logf("%d acts were done without an answer", unanswered)
}
