package blob

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeBucket answers like a bucket for what S3 asks of it; versitygw checks the same facts where it is installed.
type fakeBucket struct {
	mu      sync.Mutex
	objects map[string]fakeObject
	puts    []string // If-None-Match of each upload
	broken  func(w http.ResponseWriter, r *http.Request) bool
}

type fakeObject struct {
	body   []byte
	length string
	at     time.Time
}

func openFake(t testing.TB) (*S3, *fakeBucket) {
	t.Helper()
	b := &fakeBucket{objects: map[string]fakeObject{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	s, err := OpenS3(context.Background(), S3Config{Endpoint: server.URL, Bucket: "files", Region: "hn", AccessKey: "k", SecretKey: "s3cr3t", Spool: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return s, b
}

func s3Error(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

func (b *fakeBucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil && b.broken(w, r) {
		return
	}
	key, ok := strings.CutPrefix(r.URL.Path, "/files/")
	switch {
	case !ok && r.URL.Path != "/files":
		s3Error(w, 404, "NoSuchBucket")
	case key == "" && r.Method == "HEAD":
	case key == "":
		b.list(w)
	case r.Method == "PUT":
		b.put(w, r, key)
	case r.Method == "DELETE":
		delete(b.objects, key)
		w.WriteHeader(204)
	default:
		o, ok := b.objects[key]
		if !ok {
			s3Error(w, 404, "NoSuchKey")
			return
		}
		if o.length != "" {
			w.Header().Set("X-Amz-Meta-"+metaLength, o.length)
		}
		w.Header().Set("ETag", `"e"`)
		http.ServeContent(w, r, "", o.at, bytes.NewReader(o.body))
	}
}

func (b *fakeBucket) put(w http.ResponseWriter, r *http.Request, key string) {
	b.puts = append(b.puts, r.Header.Get("If-None-Match"))
	body, err := chunked(r)
	if err != nil {
		s3Error(w, 400, "IncompleteBody")
		return
	}
	if _, taken := b.objects[key]; taken && r.Header.Get("If-None-Match") == "*" {
		s3Error(w, 412, "PreconditionFailed")
		return
	}
	b.objects[key] = fakeObject{body, r.Header.Get("X-Amz-Meta-" + metaLength), time.Now()}
	w.Header().Set("ETag", `"e"`)
}

func (b *fakeBucket) list(w http.ResponseWriter) {
	type contents struct {
		Key          string
		LastModified string
		Size         int
		ETag         string
	}
	var answer struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []contents
	}
	for k, o := range b.objects {
		answer.Contents = append(answer.Contents, contents{k, o.at.UTC().Format(time.RFC3339), len(o.body), "e"})
	}
	sort.Slice(answer.Contents, func(i, j int) bool { return answer.Contents[i].Key < answer.Contents[j].Key })
	xml.NewEncoder(w).Encode(answer)
}

// chunked undoes the aws-chunked framing of signed uploads.
func chunked(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	in := bufio.NewReader(r.Body)
	var out []byte
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(digits, 16, 32)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			_, err := io.Copy(io.Discard, in)
			return out, err
		}
		part := make([]byte, n+2)
		if _, err := io.ReadFull(in, part); err != nil {
			return nil, err
		}
		out = append(out, part[:n]...)
	}
}

func openVersity(t testing.TB) *S3 {
	t.Helper()
	program, err := exec.LookPath("versitygw")
	if err != nil {
		t.Skip("versitygw is not on PATH")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	gw := exec.Command(program, "--access", "test", "--secret", "testsecret", "--region", "hn", "--port", at, "--quiet", "posix", root)
	if err := gw.Start(); err != nil {
		t.Skipf("versitygw does not start: %v", err)
	}
	t.Cleanup(func() { gw.Process.Kill(); gw.Wait() })
	c := S3Config{Endpoint: "http://" + at, Bucket: "files", Region: "hn", AccessKey: "test", SecretKey: "testsecret", Spool: t.TempDir()}
	for try := 0; ; try++ {
		s, err := OpenS3(context.Background(), c)
		if err == nil {
			return s
		}
		if try == 100 {
			t.Skipf("versitygw does not answer: %v", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestBucketUploadsOnlyWhatIsMissing(t *testing.T) {
	s, b := openFake(t)
	put(t, s, noise(100))
	put(t, s, noise(100))
	if want := []string{"*", "*"}; fmt.Sprint(b.puts) != fmt.Sprint(want) {
		t.Errorf("uploads %q, want %q", b.puts, want)
	}
}

// A forgotten object that is put again must not fall to the sweep that already thinks it old.
func TestBucketRenewsAnOldObject(t *testing.T) {
	s, b := openFake(t)
	sha := put(t, s, noise(100)).SHA
	o := b.objects[sha]
	o.at = time.Now().Add(-48 * time.Hour)
	b.objects[sha] = o
	put(t, s, noise(100))
	if gone, err := s.DeleteOlder(context.Background(), sha, time.Now().Add(-OrphanAge)); gone || err != nil {
		t.Errorf("swept %v, %v", gone, err)
	}
}

func TestBucketRepairsAShortObject(t *testing.T) {
	for _, whole := range [][]byte{noise(10_000), prose(10_000)} {
		s, b := openFake(t)
		sha := put(t, s, whole).SHA
		o := b.objects[sha]
		o.body = o.body[:len(o.body)-3]
		b.objects[sha] = o
		if err := s.Verify(context.Background(), sha); !errors.Is(err, Damaged) {
			t.Errorf("short object: %v", err)
		}
		put(t, s, whole)
		if err := s.Verify(context.Background(), sha); err != nil {
			t.Errorf("not repaired: %v", err)
		}
	}
}

func TestBucketNeverServesChangedBytes(t *testing.T) {
	for _, whole := range [][]byte{noise(50_000), prose(50_000)} {
		s, b := openFake(t)
		sha := put(t, s, whole).SHA
		b.objects[sha].body[len(b.objects[sha].body)/2] ^= 4
		f, err := s.Open(context.Background(), sha)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f); !errors.Is(err, Damaged) || len(got) >= len(whole) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		f.Close()
	}
}

func TestBucketAnswersBecomeKinds(t *testing.T) {
	ctx := context.Background()
	sha := addressOf(noise(9))
	answer := func(status int, code string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool { s3Error(w, status, code); return true }
	}
	for _, c := range []struct {
		status int
		code   string
		want   Code
	}{
		{404, "NoSuchKey", NotFound}, {404, "NoSuchBucket", Unreachable}, {403, "AccessDenied", Unreachable},
		{403, "SignatureDoesNotMatch", Unreachable}, {507, "XMinioStorageFull", Full}, {403, "QuotaExceeded", Full}, {400, "EntityTooLarge", TooLarge},
	} {
		s, b := openFake(t)
		b.mu.Lock()
		b.broken = answer(c.status, c.code)
		b.mu.Unlock()
		_, err := s.Put(ctx, bytes.NewReader(noise(9)), 0)
		if !errors.Is(err, c.want) {
			t.Errorf("put, %s: %v, want %s", c.code, err, c.want)
		}
		if _, err := s.Open(ctx, sha); !errors.Is(err, c.want) {
			t.Errorf("open, %s: %v, want %s", c.code, err, c.want)
		}
	}
}

func TestBrokenLineIsNotDamage(t *testing.T) {
	s, b := openFake(t)
	sha := put(t, s, noise(500_000)).SHA
	b.mu.Lock()
	b.broken = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "GET" {
			return false
		}
		w.Header().Set("Content-Length", "500000")
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		w.Write(noise(1000))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	b.mu.Unlock()
	f, err := s.Open(context.Background(), sha)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadAll(f); !errors.Is(err, Unreachable) || errors.Is(err, Damaged) {
		t.Errorf("cut transfer: %v", err)
	}
}

func TestBucketThatIsNotThereIsRefusedAtOpening(t *testing.T) {
	_, b := openFake(t)
	server := httptest.NewServer(b)
	at := server.URL
	c := S3Config{Endpoint: at, Bucket: "other", Region: "hn", AccessKey: "k", SecretKey: "s3cr3t", Spool: t.TempDir()}
	if _, err := OpenS3(context.Background(), c); !errors.Is(err, Unreachable) {
		t.Errorf("no bucket: %v", err)
	}
	server.Close()
	c.Bucket = "files"
	if _, err := OpenS3(context.Background(), c); !errors.Is(err, Unreachable) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("no server: %v", err)
	}
}

func TestOpenReadsTheAddress(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(ctx, "file://"+dir+"/store")
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, noise(10))
	_, b := openFake(t)
	server := httptest.NewServer(b)
	defer server.Close()
	keys := filepath.Join(dir, "s3.keys")
	if err := os.WriteFile(keys, []byte("k\ns3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := "s3://files?region=hn&endpoint=" + server.URL + "&spool=" + dir + "/spool"
	bucket, err := Open(ctx, address+"&keys="+keys)
	if err != nil {
		t.Fatal(err)
	}
	put(t, bucket, noise(10))
	t.Setenv(EnvAccessKey, "k")
	t.Setenv(EnvSecretKey, "s3cr3t")
	if _, err := Open(ctx, address); err != nil {
		t.Errorf("keys from the environment: %v", err)
	}
	os.Chmod(keys, 0o644)
	for _, bad := range []string{address + "&keys=" + keys, address + "&scret=x", "s3://k:s3cr3t@files?endpoint=" + server.URL, "ftp://x/y", "file://host/x",
		"s3://files?endpoint=s3cr3t", "s3://u:s3cr3t@files/%zz"} {
		if _, err := Open(ctx, bad); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	c := S3Config{SecretKey: "s3cr3t"}
	j, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s %q", c, c, c.SecretKey, c.SecretKey), string(j)} {
		if strings.Contains(s, "s3cr3t") {
			t.Errorf("printed: %s", s)
		}
	}
}
