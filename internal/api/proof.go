package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"congvu/internal/audit"
	"congvu/internal/client"
	"congvu/internal/documents"
)

// proofRoutes give what a stranger needs to believe a document, and how the sealed journal stands.
func (d *door) proofRoutes() {
	for _, half := range []struct {
		path, name string
		ref        func(int64) string
	}{{"/incoming/{id}", "Incoming", documents.IncomingRef}, {"/outgoing/{id}", "Outgoing", documents.OutgoingRef}} {
		d.stream(get(half.path+"/proof", "prove"+half.name, tagFiles, "Tệp chứng cứ của văn bản: kiểm tra được mà không cần máy chủ"), func(op *huma.Operation) {
			answers(op, "200", "Tệp chứng cứ", "application/json", &huma.Schema{Type: huma.TypeString, Format: "binary"})
			pathID(op)
			op.Parameters = append(op.Parameters, query("files", "Kèm cả tệp và gói tin", huma.Schema{Type: huma.TypeBoolean}))
		}, d.prove(half.ref))
	}
	ask(d, get("/journal/seal", "readSeal", tagNotices, "Nhật ký niêm phong: đã niêm phong đến đâu, ai đã ký, có nhánh rẽ không; quản trị hệ thống được xem"), d.readSeal)
}

func (d *door) prove(ref func(int64) string) func(c *call, w http.ResponseWriter, r *http.Request) error {
	return func(c *call, w http.ResponseWriter, r *http.Request) error {
		if d.Exchange == nil {
			return newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Máy chủ này không niêm phong nhật ký nên không xuất được chứng cứ."))
		}
		files, _ := strconv.ParseBool(r.URL.Query().Get("files"))
		name, content, err := d.Exchange.Prove(r.Context(), c.actor, ref(One{r.PathValue("id")}.id()), files)
		if err != nil {
			return err
		}
		give(w, r, name, "application/json", "", bytes.NewReader(content))
		return nil
	}
}

func (d *door) readSeal(ctx context.Context, c *call, _ *nothing) (out client.SealedLog, err error) {
	if d.Exchange == nil || d.Exchange.Log == nil {
		return out, newProblem(c.lang, http.StatusServiceUnavailable, c.lang.T("Máy chủ này không niêm phong nhật ký nên không xuất được chứng cứ."))
	}
	s, err := d.Exchange.Log.Standing(ctx, c.actor)
	if err != nil {
		return out, err
	}
	out = client.SealedLog{Origin: s.Origin, Key: s.Key, WitnessKey: s.Witness, Size: s.Size, LastEntry: client.ID(s.Entry), Unsealed: s.Unsealed, LagSeconds: float64(s.Lag) / 1e6,
		Checkpoint: s.Signed, Need: s.Need, Cosigned: s.Cosigned, CosignedSize: s.Seen.Size, Witnesses: each(s.Peers, peerOf), Watched: each(s.Watched, peerOf)}
	if s.Last.Size > 0 {
		at := time.Unix(s.Last.At, 0)
		out.SignedAt, out.SignedSize = &at, s.Last.Size
	}
	for _, f := range s.Forks {
		out.Forks = append(out.Forks, client.Fork{Origin: f.Origin, Found: f.Found, At: f.At.Time(), First: f.First, Second: f.Second})
	}
	return out, nil
}

func peerOf(p audit.Peer) client.LogPeer {
	return client.LogPeer{Name: p.Name, Key: p.Key, URL: p.URL, Size: p.Size, SeenAt: when(p.SeenAt), Trouble: p.Trouble}
}
