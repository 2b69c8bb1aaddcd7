package city

import (
	"time"

	"congvu/internal/calendar"
)

// Whole is how large and what kind of city.
type Whole struct {
	Now      time.Time // as of when; its quarter ends then
	Seed     uint64
	Profile  string  // "2023" or "2025b"
	Scale    float64 // < 1: a fraction (0.01 = the small set of C7.2); 1 = the quarter's exact figures
	Quarters int     // how many, the played one included; 0 = 1
	Cities   int     // how many, the first included; 0 = 1

	Progress func(step string, done, total int) `json:"-"`
}

func (w Whole) progress(step string, done, total int) {
	if w.Progress != nil {
		w.Progress(step, done, total)
	}
}

// First is the first working day of the quarter that ends now; the city was founded by then.
func (w Whole) First() calendar.Date { return workingDays(w.Now)[0] }
