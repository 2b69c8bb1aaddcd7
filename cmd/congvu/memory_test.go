package main

import "testing"

func TestLimitOfMemoryFollowsWhatLives(t *testing.T) {
	for _, c := range []struct {
		live, beside uint64
		want         int64
	}{
		{0, 0, 128 << 20},
		{50 << 20, 20 << 20, 128 << 20},  // fits under the floor
		{100 << 20, 40 << 20, 216 << 20}, // 170 + 40, up to a whole step
		{1 << 30, 256 << 20, 2000 << 20}, // 1740.8 + 256, up to a whole step
	} {
		if got := limitFor(c.live, c.beside); got != c.want {
			t.Errorf("limitFor(%d MB, %d MB) = %d MB, want %d MB", c.live>>20, c.beside>>20, got>>20, c.want>>20)
		}
	}
	for live := uint64(0); live < 4<<30; live += 37 << 20 { // never so near to what lives that the collector runs without end
		if got := limitFor(live, 64<<20); float64(got) < 1.69*float64(live)+64<<20 {
			t.Fatalf("limitFor(%d MB) = %d MB", live>>20, got>>20)
		}
	}
}
