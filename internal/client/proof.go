package client

import (
	"context"
	"io"
	"net/url"
	"time"
)

// SealedLog is how the sealed journal of an installation stands.
type SealedLog struct {
	Origin       string     `json:"origin" doc:"Tên của nhật ký"`
	Key          string     `json:"key" doc:"Khóa công khai của nhật ký"`
	WitnessKey   string     `json:"witness_key" doc:"Khóa mà bản cài đặt này dùng để làm chứng cho nơi khác"`
	Size         int64      `json:"size" doc:"Số lá"`
	LastEntry    ID         `json:"last_entry" doc:"Dòng nhật ký cuối cùng đã niêm phong"`
	Unsealed     int64      `json:"unsealed" doc:"Số dòng chưa niêm phong"`
	LagSeconds   float64    `json:"lag_seconds" doc:"Dòng chờ lâu nhất đã chờ bao nhiêu giây"`
	Checkpoint   string     `json:"checkpoint" doc:"Điểm kiểm tra mới nhất, nguyên văn như đã ký"`
	SignedSize   int64      `json:"signed_size" doc:"Số lá của điểm kiểm tra mới nhất"`
	SignedAt     *time.Time `json:"signed_at,omitempty" doc:"Lúc ký điểm kiểm tra mới nhất"`
	Need         int        `json:"need" doc:"Số bên làm chứng cần có"`
	Cosigned     int        `json:"cosigned" doc:"Số bên đã ký điểm kiểm tra được làm chứng mới nhất"`
	CosignedSize int64      `json:"cosigned_size" doc:"Số lá của điểm kiểm tra được làm chứng mới nhất"`
	Witnesses    []LogPeer  `json:"witnesses" doc:"Bên làm chứng cho nhật ký này"`
	Watched      []LogPeer  `json:"watched" doc:"Nhật ký mà bản cài đặt này làm chứng"`
	Forks        []Fork     `json:"forks,omitempty" doc:"Các nhánh rẽ đã phát hiện"`
}

// LogPeer is another installation, as a witness or as a watched log.
type LogPeer struct {
	Name    string     `json:"name"`
	Key     string     `json:"key"`
	URL     string     `json:"url"`
	Size    int64      `json:"size" doc:"Số lá đã làm chứng"`
	SeenAt  *time.Time `json:"seen_at,omitempty"`
	Trouble string     `json:"trouble,omitempty" doc:"Vì sao lần gần nhất không được: silent, forged, proof, forked, unknown"`
}

// Fork is two checkpoints of one log that cannot both be true.
type Fork struct {
	Origin string    `json:"origin"`
	Found  string    `json:"found"`
	At     time.Time `json:"at"`
	First  string    `json:"first"`
	Second string    `json:"second"`
}

// SealedLog tells how the sealed journal stands.
func (c *Client) SealedLog(ctx context.Context) (SealedLog, error) {
	return a[SealedLog](ctx, c, "/journal/seal", nil)
}

// Proof streams the proof of a document and gives its name. ref is incoming/ID or outgoing/ID.
func (c *Client) Proof(ctx context.Context, ref string, files bool, to io.Writer) (string, error) {
	v := url.Values{}
	if files {
		v.Set("files", "true")
	}
	return c.download(ctx, "/"+ref+"/proof", v, to)
}
