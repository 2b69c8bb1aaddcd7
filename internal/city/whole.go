package city

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// The profiles of a whole city: three levels as in 2023, or two after 01/07/2025.
const (
	ThreeLevels = "2023"
	TwoLevels   = "2025b"
)

// Whole is how large and what kind of city.
type Whole struct {
	Now      time.Time // as of when; its quarter ends then
	Seed     uint64
	Profile  string      // ThreeLevels or TwoLevels
	Scale    float64     // < 1: a fraction (0.01 = the small set of C7.2); 1 = the quarter's exact figures
	Quarters int         // how many, the played one included; 0 = 1
	Cities   int         // how many, the first included; 0 = 1
	Thin     bool        `json:",omitempty"` // copies carry registers, documents and receipts, no journal, histories and reports: for measuring growth only
	Official *PlaceNames // names of districts, wards and communes; nil = the communes' are made up

	Progress func(step string, done, total int) `json:"-"`
}

func (w Whole) progress(step string, done, total int) {
	if w.Progress != nil {
		w.Progress(step, done, total)
	}
}

// leastScale is the small set of C7.2.
const leastScale = 0.01

func (w *Whole) settle() error {
	w.Quarters, w.Cities = max(w.Quarters, 1), max(w.Cities, 1)
	switch {
	case w.Now.IsZero():
		return errors.New("city: the time of the city is not given")
	case w.Profile != ThreeLevels && w.Profile != TwoLevels:
		return store.RefuseField("profile", "Hồ sơ thành phố là 2023 (ba cấp) hoặc 2025b (hai cấp).")
	case math.IsNaN(w.Scale) || w.Scale < leastScale || w.Scale > 1:
		return store.RefuseField("scale", "Quy mô của một quý từ 0,01 đến 1.")
	case w.Quarters > mostQuarters || w.Cities > mostCities:
		return store.RefuseField("scale", "Nhiều nhất {quarters} quý và {cities} thành phố.", "quarters", mostQuarters, "cities", mostCities)
	}
	w.Now = w.Now.Truncate(time.Second)
	return nil
}

const (
	mostQuarters = 40
	mostCities   = 100
)

// First is the first working day of the quarter that is played; the city was founded by then.
func (w Whole) First() calendar.Date { return workingDays(w.played().Now)[0] }

// Clock is the clock that a city is built by: it begins with the quarter that is played and never goes beyond now.
func (w Whole) Clock() *Clock {
	c := NewClock(w.Now)
	c.t = w.First().At(6, 30)
	return c
}

// Same tells whether two orders are of one city: everything that decides what is built, but for the moment.
func (w Whole) Same(was Whole) bool { return w.settle() == nil && w.fingerprint() == was.fingerprint() }

// Begun says that a place holds another city than the one that was asked for.
func (w Whole) Begun() error {
	return store.Refuse(store.Conflict, "Nơi này đang có một thành phố khác: hồ sơ {profile}, quy mô {scale}, {quarters} quý, {cities} thành phố, hạt giống {seed}. Chạy lại với đúng các tham số đó để làm tiếp, hoặc chọn nơi khác.",
		"profile", w.Profile, "scale", w.Scale, "quarters", w.Quarters, "cities", w.Cities, "seed", strconv.FormatUint(w.Seed, 10))
}

// fingerprint tells two orders apart: everything that decides what is built, but for the moment.
func (w Whole) fingerprint() string {
	w.Now = time.Time{}
	b, err := json.Marshal(w)
	if err != nil {
		panic(err) // plain fields
	}
	return string(b)
}

// Settings of the installation that hold a city: what was ordered, and that it is complete.
const (
	settingOrder = "city.whole"
	settingBuilt = "city.built" // the small city has it, too
)

// Ordered gives the city that was begun in an installation, as it was ordered; ok is false when there is none. done tells whether it is complete.
func Ordered(ctx context.Context, r store.Reader) (w Whole, done, ok bool, err error) {
	text, err := store.Setting(ctx, r, 0, settingOrder, "")
	if err != nil || text == "" {
		return w, false, false, err
	}
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return w, false, false, err
	}
	built, err := store.Setting(ctx, r, 0, settingBuilt, "")
	return w, built != "", true, err
}

// Sample tells whether an installation holds a sample city, small or whole, complete or not: its passwords and keys are known to everybody, so that
// a server for real work must not start on it (C7.4).
func Sample(ctx context.Context, r store.Reader) (bool, error) {
	for _, name := range []string{settingOrder, settingBuilt} {
		if v, err := store.Setting(ctx, r, 0, name, ""); err != nil || v != "" {
			return v != "", err
		}
	}
	return false, nil
}

// begin writes the order down, or finds the one that this goes on with: the same but for the moment, which is then the first one's.
func (s *Seeder) begin(ctx context.Context, w *Whole) error {
	if err := w.settle(); err != nil {
		return err
	}
	was, _, ok, err := Ordered(ctx, s.DB)
	if err != nil {
		return err
	}
	if ok {
		if was.fingerprint() != w.fingerprint() {
			return was.Begun()
		}
		w.Now = was.Now
		return s.goOn(ctx)
	}
	return s.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, settingOrder, string(store.JSONOf(w))) })
}

// goOn moves the clock behind everything that has been written, so that nothing new stands before what is there, and behind the leases of the exchange:
// what the run that died had taken in hand is due again then, well before anything would be sent a second time.
func (s *Seeder) goOn(ctx context.Context) error {
	last, err := store.LastAct(ctx, s.DB)
	if err == nil && last != 0 {
		s.Clock.reach(last.Time().Add(2 * time.Minute))
	}
	return err
}

// BuildWhole builds a whole city: census, keys, one quarter of work, its repetition, and the count of everything. Killed at any moment it goes on
// when it is called again with the same order; another order is refused. At the end the clock stands at w.Now.
func (s *Seeder) BuildWhole(ctx context.Context, w Whole) (*Totals, error) {
	if err := s.begin(ctx, &w); err != nil {
		return nil, err
	}
	for _, stage := range []struct {
		name string
		do   func(context.Context, Whole) error
	}{{"census", s.census}, {"quarter", s.playQuarter}, {"repeat", s.repeat}} {
		if err := stage.do(ctx, w); err != nil {
			return nil, fmt.Errorf("%s: %w", stage.name, err)
		}
	}
	s.Clock.reach(w.Now)
	t, err := s.totals(ctx, w)
	if err != nil {
		return t, err
	}
	return t, s.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, settingBuilt, "yes") })
}

// playQuarter plays the first of the ordered quarters, unless it is copied already.
func (s *Seeder) playQuarter(ctx context.Context, w Whole) error {
	if begun, err := s.repeating(ctx); err != nil || begun {
		return err
	}
	return s.quarter(ctx, w.played())
}
