package city

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"congvu/internal/documents"
	"congvu/internal/org"
	"congvu/internal/store"
	"congvu/internal/storetest"
)

const censusChild = "CONGVU_TEST_CENSUS" // where the child of TestACensusThatWasKilledGoesOn works

type place struct {
	Dir string
	DB  store.Config
}

var killedCensus = Whole{Now: aMonday, Seed: 9, Profile: ThreeLevels, Scale: 0.02}

func (p place) open(t testing.TB) *Seeder {
	t.Helper()
	clock := killedCensus.Clock()
	c := p.DB
	c.Clock = clock
	db, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return openedIn(t, p.Dir, clock, db, killedCensus.Seed, killedCensus.Now)
}

// processOf is a test of this binary as a process of its own; what it leaves behind when it is killed goes with t.
func processOf(t *testing.T, test, env string) *exec.Cmd {
	child := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	child.Env = append(os.Environ(), env, "TMPDIR="+t.TempDir())
	return child
}

// TestCensusChild is the process that is killed; by itself it does nothing.
func TestCensusChild(t *testing.T) {
	var p place
	if at := os.Getenv(censusChild); at == "" {
		t.Skip("run by TestACensusThatWasKilledGoesOn")
	} else if err := json.Unmarshal([]byte(at), &p); err != nil {
		t.Fatal(err)
	}
	founded(t, p.open(t), killedCensus)
}

// A census that is killed at several places and gone on with ends as one that nobody disturbed: the same people, posts and keys.
func TestACensusThatWasKilledGoesOn(t *testing.T) {
	p := place{t.TempDir(), storetest.Config(t, nil)}
	watch, err := store.Open(context.Background(), p.DB)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	at, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, agencies := range []int{1, 5, 9} {
		child := processOf(t, "TestCensusChild", censusChild+"="+string(at))
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		for killed := false; !killed; {
			there, err := org.HostedAgencies(context.Background(), watch)
			if err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-ended: // it was faster than its killer, or could not do it
				if err != nil {
					t.Fatalf("the child ended by itself: %v", err)
				}
				killed = true
			case <-time.After(2 * time.Millisecond):
				if len(there) >= agencies {
					_ = child.Process.Kill()
					<-ended
					killed = true
				}
			}
		}
	}
	broken, whole := p.open(t), installationFor(t, killedCensus.Seed, killedCensus.Now)
	founded(t, broken, killedCensus)
	founded(t, whole, killedCensus)
	a, b := roll(t, broken), roll(t, whole)
	if len(a) < 500 || !slices.Equal(a, b) {
		t.Errorf("%d people and keys after being killed, %d without", len(a), len(b))
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s\n%s", a[i], b[i])
			}
		}
	}
}

// roll lists everybody and every certificate of a city, without identifiers.
func roll(t *testing.T, s *Seeder) (out []string) {
	t.Helper()
	for i := range s.hall.agencies {
		a := &s.hall.agencies[i]
		staff, err := org.StaffSince(context.Background(), s.DB, a.id, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range staff {
			out = append(out, strings.Join([]string{a.code, h.PersonName, h.Title, h.UnitName, string(h.Kind), string(h.ValidFrom), string(h.ValidTo)}, "|"))
		}
		bound, err := documents.Certificates(context.Background(), s.DB, a.post("quantri").actor)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range bound {
			out = append(out, strings.Join([]string{a.code, c.Fingerprint, c.KeyName, c.ImageSHA, c.State}, "|"))
		}
	}
	slices.Sort(out)
	return out
}
