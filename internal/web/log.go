package web

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"congvu/internal/audit"
	"congvu/internal/store"
)

// logRoutes are what the sealed journal shows to everybody: hashes, signatures and public keys. Witnesses read them, and those who check proofs.
func logRoutes() []Route {
	return []Route{
		{Pattern: "GET " + audit.PathCheckpoint, Who: public, Handle: (*Door).logCheckpoint},
		{Pattern: "GET " + audit.PathKeys, Who: public, Handle: (*Door).logKeys},
		{Pattern: "GET " + audit.PathTile, Who: public, Handle: (*Door).logTile},
		{Pattern: "GET " + audit.PathConsistency, Who: public, Handle: (*Door).logConsistency},
		{Pattern: "GET " + audit.PathCosigned, Who: public, Handle: (*Door).logCosigned},
	}
}

// sealed is the log of this installation; NotFound where none is kept.
func (d *Door) sealed() (*audit.Log, error) {
	if d.Exchange == nil || d.Exchange.Log == nil {
		return nil, store.Refuse(store.NotFound, "Không có trang nào ở địa chỉ này.")
	}
	return d.Exchange.Log, nil
}

// plainText writes text that nobody caches.
func plainText(w http.ResponseWriter, text string) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_, err := io.WriteString(w, text)
	return err
}

// logCheckpoint: GET /log/checkpoint
func (d *Door) logCheckpoint(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.sealed(); err != nil {
		return err
	}
	c, ok, err := audit.LastCheckpoint(r.Context(), d.DB)
	if err == nil && !ok {
		err = store.Refuse(store.NotFound, "Không có trang nào ở địa chỉ này.")
	}
	if err != nil {
		return err
	}
	return plainText(w, c.Signed())
}

// logKeys: GET /log/keys
func (d *Door) logKeys(w http.ResponseWriter, r *http.Request) error {
	l, err := d.sealed()
	if err != nil {
		return err
	}
	own, err := l.Key(r.Context())
	if err != nil {
		return err
	}
	witness, err := l.WitnessKey(r.Context())
	if err != nil {
		return err
	}
	return plainText(w, fmt.Sprintf("%s\n%s\n", own, witness))
}

func askedNumber(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// logTile: GET /log/tile?level=&n=
func (d *Door) logTile(w http.ResponseWriter, r *http.Request) error {
	l, err := d.sealed()
	if err != nil {
		return err
	}
	tile, err := l.Tile(r.Context(), int(max(min(askedNumber(r, "level"), 100), -1)), askedNumber(r, "n"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, err = w.Write(tile)
	return err
}

// logConsistency: GET /log/consistency?from=&to=
func (d *Door) logConsistency(w http.ResponseWriter, r *http.Request) error {
	l, err := d.sealed()
	if err != nil {
		return err
	}
	hashes, err := l.Consistency(r.Context(), askedNumber(r, "from"), askedNumber(r, "to"))
	if err != nil {
		return err
	}
	return plainText(w, audit.FormatHashes(hashes))
}

// logCosigned: GET /log/cosigned?origin=
func (d *Door) logCosigned(w http.ResponseWriter, r *http.Request) error {
	l, err := d.sealed()
	if err != nil {
		return err
	}
	note, err := l.Cosigned(r.Context(), r.URL.Query().Get("origin"))
	if err != nil {
		return err
	}
	return plainText(w, note)
}
