package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"congvu/internal/client"
	"congvu/internal/keys"
)

// keyFiles writes a key and its certificate with the issuer's, as their owner has them.
func keyFiles(t *testing.T) (key, cert string, id *keys.Identity) {
	t.Helper()
	a, err := keys.NewTestAuthority(keys.TestOptions{From: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if id, err = a.Person("Nguyễn Văn Nghĩa", "Chủ tịch", "thử", keys.Period{From: time.Now().AddDate(0, -1, 0), Until: time.Now().AddDate(0, 1, 0)}); err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	key, cert = filepath.Join(t.TempDir(), "key.pem"), filepath.Join(t.TempDir(), "cert.pem")
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Certificate.Raw})
	chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Chain[0].Raw})...)
	for file, b := range map[string][]byte{key: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), cert: chain} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key, cert, id
}

// The key signs on this machine what the server prepared; only the value goes back, and only when the data hashes to the digest shown.
func TestRemoteSignsWithAKeyOfThisMachine(t *testing.T) {
	key, cert, id := keyFiles(t)
	toSign := []byte("signed attributes")
	sum := sha256.Sum256(toSign)
	prepared := func(digest string) string {
		return fmt.Sprintf(`[{"document":"12","signing":{"id":"77","token":"tok","parts":[{"file":"1","name":"a.pdf","main":true,"to_sign":%q,"digest":%q}]}},{"document":"13","refusal":"Văn bản đang chờ người khác."}]`,
			base64.StdEncoding.EncodeToString(toSign), digest)
	}
	f := newFarAway(t, map[string]string{"POST /signings": prepared(hex.EncodeToString(sum[:])),
		"POST /signings/values": `[{"document":"12","outgoing":{"id":"12","type_name":"Công văn","subject":"x","state_label":"Đã ký, chờ cấp số"}}]`})
	code, out, complaint := f.run("cvu_good", "", "sign", "outgoing/12", "13", "--consent", "--capacity", "TM", "--key", key, "--cert", cert)
	if code != 1 || !strings.Contains(out, "outgoing/12") || !strings.Contains(complaint, "outgoing/13: Văn bản đang chờ người khác.") {
		t.Fatalf("%d %q %q", code, out, complaint)
	}
	var asked client.PreparingSignings
	var back client.CompletingSignings
	for path, into := range map[string]any{"POST /signings": &asked, "POST /signings/values": &back} {
		if err := json.Unmarshal([]byte(f.sent[path]), into); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Purpose != "approve" || !asked.Consent || asked.Capacity != "TM" || len(asked.Documents) != 2 || string(asked.Certificate) != string(id.Certificate.Raw) || len(asked.Chain) != 1 {
		t.Errorf("asked %+v", asked)
	}
	if len(back.Signings) != 1 || back.Signings[0].ID != 77 || back.Signings[0].Token != "tok" ||
		!ecdsa.VerifyASN1(id.Key.Public().(*ecdsa.PublicKey), sum[:], back.Signings[0].Values[0].Signature) {
		t.Errorf("brought %+v", back)
	}
	f.answers["POST /signings"] = prepared(strings.Repeat("0", 64))
	delete(f.sent, "POST /signings/values")
	if code, _, complaint = f.run("cvu_good", "", "seal", "12", "--key", key, "--cert", cert); code != 1 || !strings.Contains(complaint, "không khớp") || f.sent["POST /signings/values"] != "" {
		t.Errorf("another digest than shown: %d %q", code, complaint)
	}
	for _, args := range [][]string{{"sign", "12", "--key", key}, {"sign", "12", "--cert", cert}, {"sign", "--key", key, "--cert", cert}, {"sign", "incoming/1", "--key", key, "--cert", cert}} {
		if code, _, complaint := f.run("cvu_good", "", args...); code != 2 {
			t.Errorf("%v: %d %q", args, code, complaint)
		}
	}
}

// A batch is started, waited for, and told document by document; a failure shows in the exit code.
func TestRemoteBatch(t *testing.T) {
	f := newFarAway(t, map[string]string{"POST /batches": `{"id":"5","state":"running","total":2,"open":2}`,
		"GET /batches/5":       `{"id":"5","state":"ended","state_label":"Đã kết thúc","total":2,"done":1,"failed":1}`,
		"GET /batches/5/items": `[{"document":"12","subject":"a","state":"done","state_label":"Đã xong"},{"document":"13","subject":"b","state":"failed","state_label":"Không thành công","reason":"Tệp đã thay đổi."}]`,
		"DELETE /batches/5":    "", "GET /batches": `[]`})
	code, out, complaint := f.run("cvu_good", "", "sign-batch", "12", "outgoing/13", "--consent")
	want := "batch/5  Đã kết thúc: 2 văn bản, 1 xong, 1 không thành công, 0 đã hủy, 0 còn chờ\n  outgoing/12  a  [Đã xong]\n  outgoing/13  b  [Không thành công]  Tệp đã thay đổi.\n"
	if code != 1 || out != want || f.sent["POST /batches"] != `{"kind":"sign","documents":[{"id":"12"},{"id":"13"}],"consent":true}` {
		t.Errorf("%d %q %q %q", code, out, complaint, f.sent["POST /batches"])
	}
	if code, out, _ = f.run("cvu_good", "", "cancel-batch", "batch/5"); code != 0 || !strings.Contains(out, "Đã hủy") {
		t.Errorf("%d %q", code, out)
	}
	if code, out, _ = f.run("cvu_good", "", "batches"); code != 0 || !strings.Contains(out, "Chưa có") {
		t.Errorf("%d %q", code, out)
	}
}

// The simulator says what it is, wants its key, and listens to this machine only.
func TestSignAgentSaysWhatItIs(t *testing.T) {
	key, cert, _ := keyFiles(t)
	ctx, stop := context.WithCancel(context.Background())
	var out lockedBuffer
	w := &world{in: strings.NewReader(""), out: &out, err: &out, env: func(string) string { return "" }}
	ended := make(chan int, 1)
	go func() {
		ended <- exitCode(w, signAgent(ctx, w, []string{"--key", key, "--cert", cert, "--listen", "127.0.0.1:0"}))
	}()
	for try := 0; !strings.Contains(out.String(), "Đang nghe ở wss://127.0.0.1:"); try++ {
		if try == 500 {
			t.Fatalf("never listens: %s", out.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if code := <-ended; code != 0 || !strings.Contains(out.String(), "MÔ PHỎNG") {
		t.Errorf("%d %s", code, out.String())
	}
	for _, args := range [][]string{{}, {"--key", key}, {"--key", key, "--cert", cert, "--fault", "x"}} {
		if code := exitCode(w, signAgent(context.Background(), w, args)); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
	if code := exitCode(w, signAgent(context.Background(), w, []string{"--key", key, "--cert", cert, "--listen", "0.0.0.0:8987"})); code != 1 {
		t.Errorf("an open address: %d", code)
	}
}

// lockedBuffer is written by one goroutine and read by another.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
