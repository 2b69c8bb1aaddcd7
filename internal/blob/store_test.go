package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func addressOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	r.Read(b)
	return b
}

func prose(n int) []byte {
	return []byte(strings.Repeat("Ủy ban nhân dân thành phố Hà Nội ban hành công văn số 12/UBND-VP.\n", n/70+1))[:n]
}

// eachStore runs a fact against every store of this machine.
func eachStore(t *testing.T, fact func(t *testing.T, s Store)) {
	t.Run("disk", func(t *testing.T) { fact(t, openDisk(t)) })
	t.Run("bucket", func(t *testing.T) { s, _ := openFake(t); fact(t, s) })
	t.Run("versitygw", func(t *testing.T) { fact(t, openVersity(t)) })
}

func openDisk(t testing.TB) *Disk {
	t.Helper()
	d, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t testing.TB, s Store, b []byte) Ref {
	t.Helper()
	ref, err := s.Put(context.Background(), bytes.NewReader(b), 0)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func readBack(t testing.TB, s Store, sha string) []byte {
	t.Helper()
	f, err := s.Open(context.Background(), sha)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestStoreGivesBackTheBytesItWasGiven(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		for name, want := range map[string][]byte{
			"empty": {}, "one": {0}, "short text": []byte("Kính gửi"), "binary": noise(300_000), "text": prose(200_000),
			"text cut inside a letter": append(prose(4095), 0xe1), "our own mark": append(writeHead(9), noise(5000)...),
		} {
			ref := put(t, s, want)
			if ref.SHA != addressOf(want) || ref.Size != int64(len(want)) {
				t.Errorf("%s: ref %+v", name, ref)
			}
			if got := readBack(t, s, ref.SHA); !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes came back changed (%d)", name, len(want), len(got))
			}
			info, err := s.Stat(ctx, ref.SHA)
			if err != nil || info.Size != ref.Size || info.SHA != ref.SHA {
				t.Errorf("%s: stat %+v, %v", name, info, err)
			}
			if err := s.Verify(ctx, ref.SHA); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestStoreKeepsTextCompressed(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		info, err := s.Stat(context.Background(), put(t, s, prose(200_000)).SHA)
		if err != nil || !info.Compressed || info.StoredSize > 20_000 || info.Size != 200_000 {
			t.Errorf("text: %+v, %v", info, err)
		}
		info, err = s.Stat(context.Background(), put(t, s, noise(200_000)).SHA)
		if err != nil || info.Compressed || info.StoredSize != 200_000 {
			t.Errorf("binary: %+v, %v", info, err)
		}
	})
}

func TestStoreRefusesMoreThanTheLimit(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		for _, b := range [][]byte{noise(10_001), prose(10_001)} {
			_, err := s.Put(context.Background(), bytes.NewReader(b), 10_000)
			if !errors.Is(err, TooLarge) {
				t.Fatalf("one byte too many: %v", err)
			}
			var e *Error
			if !errors.As(err, &e) || e.Limit != 10_000 {
				t.Errorf("limit not named: %v", err)
			}
			if _, err := s.Stat(context.Background(), addressOf(b)); !errors.Is(err, NotFound) {
				t.Errorf("refused file was kept: %v", err)
			}
			if _, err := s.Put(context.Background(), bytes.NewReader(b[:10_000]), 10_000); err != nil {
				t.Errorf("the good twin: %v", err)
			}
		}
	})
}

func TestStoreKeepsNothingOfABrokenUpload(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		broken := errors.New("line dropped")
		for _, b := range [][]byte{noise(100_000), prose(100_000)} {
			if _, err := s.Put(context.Background(), io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)), 0); !errors.Is(err, broken) {
				t.Fatalf("broken upload: %v", err)
			}
		}
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.Put(gone, bytes.NewReader(noise(10)), 0); !errors.Is(err, context.Canceled) {
			t.Fatalf("caller gone: %v", err)
		}
		if n := count(t, s); n != 0 {
			t.Errorf("%d files kept", n)
		}
	})
}

func count(t testing.TB, s Store) int {
	t.Helper()
	n := 0
	if err := s.List(context.Background(), func(Info) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStoreRefusesWhatIsNoAddress(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		for _, sha := range []string{"", "ab", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("g", 64), strings.Repeat("a", 65), strings.Repeat("a", 63) + "/"} {
			_, openErr := s.Open(ctx, sha)
			_, statErr := s.Stat(ctx, sha)
			_, olderErr := s.DeleteOlder(ctx, sha, time.Unix(1<<40, 0))
			for i, err := range []error{openErr, statErr, olderErr, s.Delete(ctx, sha), s.Verify(ctx, sha)} {
				if !errors.Is(err, BadAddress) {
					t.Errorf("%q, call %d: %v", sha, i, err)
				}
			}
		}
		missing := addressOf([]byte("never stored"))
		if _, err := s.Open(ctx, missing); !errors.Is(err, NotFound) {
			t.Errorf("open: %v", err)
		}
		if err := s.Verify(ctx, missing); !errors.Is(err, NotFound) {
			t.Errorf("verify: %v", err)
		}
		if err := s.Delete(ctx, missing); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestSameBytesAtOnceKeepOneFile(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		for _, b := range [][]byte{noise(100_000), prose(100_000)} {
			var wg sync.WaitGroup
			for range 8 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					ref, err := s.Put(context.Background(), bytes.NewReader(b), 0)
					if err != nil || ref.SHA != addressOf(b) {
						t.Errorf("%+v, %v", ref, err)
						return
					}
					if _, err := ReadAll(context.Background(), s, ref.SHA, 1<<20); err != nil {
						t.Errorf("readable as soon as Put returns: %v", err)
					}
				}()
			}
			wg.Wait()
		}
		if n := count(t, s); n != 2 {
			t.Errorf("%d files, want 2", n)
		}
	})
}

func TestListAndDelete(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		want := map[string]bool{}
		for i := range 20 {
			want[put(t, s, prose(4090+i)).SHA] = true
		}
		last := ""
		seen := 0
		err := s.List(ctx, func(info Info) error {
			if info.SHA <= last || !want[info.SHA] || info.StoredSize <= 0 || info.ModTime.IsZero() {
				t.Errorf("listed %+v after %s", info, last)
			}
			last = info.SHA
			seen++
			return nil
		})
		if err != nil || seen != 20 {
			t.Errorf("%d listed, %v", seen, err)
		}
		stop := errors.New("enough")
		if err := s.List(ctx, func(Info) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("visit's error got lost: %v", err)
		}
		if err := s.Delete(ctx, last); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(ctx, last); !errors.Is(err, NotFound) {
			t.Errorf("deleted file opened: %v", err)
		}
		if n := count(t, s); n != 19 {
			t.Errorf("%d left", n)
		}
	})
}

func TestFileServesRangesOverHTTP(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		for _, b := range [][]byte{noise(100_000), prose(100_000)} {
			sha := put(t, s, b).SHA
			for header, want := range map[string][]byte{"": b, "bytes=0-9": b[:10], "bytes=50000-50999": b[50_000:51_000], "bytes=-5": b[99_995:]} {
				f, err := s.Open(context.Background(), sha)
				if err != nil {
					t.Fatal(err)
				}
				r := httptest.NewRequest("GET", "/x", nil)
				if header != "" {
					r.Header.Set("Range", header)
				}
				w := httptest.NewRecorder()
				http.ServeContent(w, r, "x.bin", f.ModTime(), f)
				f.Close()
				if !bytes.Equal(w.Body.Bytes(), want) {
					t.Errorf("%q: status %d, %d bytes, want %d", header, w.Code, w.Body.Len(), len(want))
				}
			}
		}
	})
}

func TestFileSeeksLikeTheOriginal(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		for _, b := range [][]byte{noise(9000), prose(9000)} {
			f, err := s.Open(context.Background(), put(t, s, b).SHA)
			if err != nil {
				t.Fatal(err)
			}
			if err := iotest.TestReader(f, b); err != nil {
				t.Error(err)
			}
			f.Close()
		}
	})
}

func TestSweepRemovesOnlyOldFilesWithoutARow(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := context.Background()
		used, orphan := put(t, s, []byte("has a row")), put(t, s, []byte("has none"))
		rows := func(_ context.Context, shas []string) (map[string]bool, error) {
			return map[string]bool{used.SHA: true}, nil
		}
		young, err := Sweep(ctx, s, time.Now().Add(-OrphanAge), rows)
		if err != nil || young.Removed != 0 || young.Seen != 2 {
			t.Fatalf("young files: %+v, %v", young, err)
		}
		later := time.Now().Add(time.Hour)
		broken := errors.New("database away")
		if _, err := Sweep(ctx, s, later, func(context.Context, []string) (map[string]bool, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Fatalf("unknown rows: %v", err)
		}
		if n := count(t, s); n != 2 {
			t.Fatalf("in doubt %d files were deleted", 2-n)
		}
		old, err := Sweep(ctx, s, later, rows)
		if err != nil || old.Removed != 1 || old.Bytes != 8 {
			t.Fatalf("old files: %+v, %v", old, err)
		}
		if _, err := s.Stat(ctx, orphan.SHA); !errors.Is(err, NotFound) {
			t.Errorf("orphan: %v", err)
		}
		if _, err := s.Stat(ctx, used.SHA); err != nil {
			t.Errorf("file in use: %v", err)
		}
	})
}

func TestSweepAsksInBatches(t *testing.T) {
	s := openDisk(t)
	for i := range sweepBatch + 3 {
		put(t, s, []byte(fmt.Sprint(i)))
	}
	asked := 0
	done, err := Sweep(context.Background(), s, time.Now().Add(time.Hour), func(_ context.Context, shas []string) (map[string]bool, error) {
		if len(shas) > sweepBatch {
			t.Errorf("asked for %d at once", len(shas))
		}
		asked += len(shas)
		return nil, nil
	})
	if err != nil || done.Removed != sweepBatch+3 || asked != done.Removed {
		t.Errorf("%+v, asked %d, %v", done, asked, err)
	}
}

func TestReadAllIsBounded(t *testing.T) {
	s := openDisk(t)
	sha := put(t, s, prose(50_000)).SHA // 300 bytes on disk: the original length counts
	if _, err := ReadAll(context.Background(), s, sha, 49_999); !errors.Is(err, TooLarge) {
		t.Errorf("too large: %v", err)
	}
	if b, err := ReadAll(context.Background(), s, sha, 50_000); err != nil || len(b) != 50_000 {
		t.Errorf("the good twin: %d, %v", len(b), err)
	}
}

func TestEveryRefusalHasASentence(t *testing.T) {
	for _, c := range []Code{NotFound, Damaged, TooLarge, Full, BadAddress, Unreachable} {
		text, args := refuse(c, "ab", nil).Reason()
		if text == "" {
			t.Errorf("%s has none", c)
		}
		for name := range args {
			text = strings.ReplaceAll(text, "{"+name+"}", "")
		}
		if strings.ContainsAny(text, "{}") {
			t.Errorf("%s: argument missing in %q", c, text)
		}
	}
}
