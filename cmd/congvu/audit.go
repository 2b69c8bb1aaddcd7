package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"congvu/internal/audit"
	"congvu/internal/i18n"
	"congvu/internal/store"
)

const auditLine = "audit verify | status | key | witness add KHÓA ĐỊA_CHỈ | witness remove TÊN | witness need SỐ | resume --reason X   (--data THƯ_MỤC)"

const auditHelp = `
Nhật ký niêm phong: mọi dòng nhật ký là một lá của cây Merkle, gốc cây được ký và gửi cho bên làm chứng ở cơ quan khác.

verify   tính lại toàn bộ nhật ký từ dữ liệu, nêu từng dòng bị sửa, xóa, chèn, đổi chỗ, hoặc cơ sở dữ liệu bị thay bằng bản cũ; máy chủ vẫn chạy được.
         --checkpoint TỆP: đối chiếu thêm với một điểm kiểm tra giữ ở nơi khác (bên làm chứng, giấy in).
status   đã niêm phong đến đâu, ai đã ký, có nhánh rẽ nào không.
key      khóa công khai của nhật ký này và khóa mà bản cài đặt này dùng để làm chứng cho nơi khác.
witness  ai làm chứng cho nhật ký này, và nhật ký nào được bản cài đặt này làm chứng: khóa tự nói nó là loại nào.
resume   mở nhật ký mới sau khi buộc phải khôi phục dữ liệu về bản cũ hơn điểm kiểm tra đã ký.

Mã kết thúc của verify: 0 nguyên vẹn; 1 có sai lệch; 2 gõ sai lệnh; 3 không đọc được dữ liệu.
`

// auditVerb looks after the sealed journal on the machine of the installation.
func auditVerb(ctx context.Context, w *world, args []string) error {
	fs := flags(w, "audit", auditLine)
	line := fs.Usage
	fs.Usage = func() { line(); fmt.Fprint(w.err, auditHelp) }
	s := newSettings(w, fs, false)
	asJSON := fs.Bool("json", false, "in kết quả dạng JSON")
	checkpoint := fs.String("checkpoint", "", "tệp điểm kiểm tra giữ ngoài cơ sở dữ liệu, để đối chiếu thêm")
	reason := fs.String("reason", "", "lý do mở nhật ký mới")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	do, ok := map[string]func(*auditing, context.Context) error{"verify": (*auditing).verify, "status": (*auditing).status, "key": (*auditing).key,
		"witness": (*auditing).witness, "resume": (*auditing).resume}[first(rest)]
	if !ok {
		return badUsage("cách dùng: congvu " + auditLine)
	}
	a := &auditing{w: w, args: rest[1:], json: *asJSON, checkpoint: *checkpoint, reason: *reason}
	if a.in, err = openLocal(ctx, w, s); err != nil {
		if rest[0] == "verify" {
			fmt.Fprintln(w.err, "congvu: "+explain(err))
			return exit(3)
		}
		return err
	}
	defer a.in.Close()
	return do(a, ctx)
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

type auditing struct {
	w                  *world
	in                 *installation
	args               []string
	json               bool
	checkpoint, reason string
}

// operator is who works at the machine itself.
var operator = store.Actor{Via: store.ViaCLI, Roles: store.SystemAdmin}

func (a *auditing) show(v any, text func(out io.Writer)) error {
	if a.json {
		e := json.NewEncoder(a.w.out)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	text(a.w.out)
	return nil
}

func (a *auditing) verify(ctx context.Context) error {
	var besides []string
	if a.checkpoint != "" {
		b, err := readBounded(a.checkpoint, 1<<20)
		if err != nil {
			return err
		}
		besides = append(besides, string(b))
	}
	v, err := a.in.Log.Verify(ctx, besides...)
	if err != nil {
		fmt.Fprintln(a.w.err, "congvu: "+explain(err))
		return exit(3)
	}
	err = a.show(v, func(out io.Writer) {
		fmt.Fprintf(out, "%d dòng nhật ký, %d văn bản, %d lá, %d điểm kiểm tra; %d dòng chưa niêm phong; %.1f giây\n", v.Entries, v.Documents, v.Leaves, v.Checkpoints, v.Unsealed, v.Took.Seconds())
		if v.Last.Size > 0 {
			fmt.Fprintf(out, "Điểm kiểm tra mới nhất: %s, %d lá, %s\n", v.Last.Origin, v.Last.Size, stampOf(time.Unix(v.Last.At, 0)))
		}
		for _, f := range v.Findings {
			fmt.Fprintf(out, "SAI [%s] %s\n", f.Kind, i18n.Sentence(i18n.VI, f.Text))
		}
		if v.More > 0 {
			fmt.Fprintf(out, "… và %d điểm sai khác.\n", v.More)
		}
		if len(v.Findings) == 0 {
			fmt.Fprintln(out, "Nhật ký nguyên vẹn.")
		}
	})
	if err == nil && len(v.Findings) > 0 {
		return exit(1)
	}
	return err
}

func stampOf(t time.Time) string {
	return t.In(time.FixedZone("", 7*3600)).Format("02/01/2006 15:04:05")
}

func (a *auditing) key(ctx context.Context) error {
	own, err := a.in.Log.Key(ctx)
	if err != nil {
		return err
	}
	witness, err := a.in.Log.WitnessKey(ctx)
	if err != nil {
		return err
	}
	return a.show(map[string]string{"log": own.String(), "witness": witness.String()}, func(out io.Writer) {
		fmt.Fprintf(out, "Khóa của nhật ký:\n%s\nKhóa làm chứng cho nơi khác:\n%s\n", own, witness)
	})
}

func (a *auditing) status(ctx context.Context) error {
	s, err := a.in.Log.Standing(ctx, operator)
	if err != nil {
		return err
	}
	return a.show(s, func(out io.Writer) { printLog(out, s) })
}

func printLog(out io.Writer, s *audit.Status) {
	fmt.Fprintf(out, "%s: %d lá, niêm phong đến dòng %d; còn %d dòng chờ (%.1f giây)\n", s.Origin, s.Size, s.Entry, s.Unsealed, float64(s.Lag)/1e6)
	if s.Last.Size > 0 {
		fmt.Fprintf(out, "Điểm kiểm tra mới nhất: %d lá, %s\n", s.Last.Size, stampOf(time.Unix(s.Last.At, 0)))
	}
	if s.Seen.Size > 0 {
		fmt.Fprintf(out, "Được làm chứng đến %d lá (%d bên ký, cần %d)\n", s.Seen.Size, s.Cosigned, s.Need)
	}
	for _, p := range s.Peers {
		fmt.Fprintf(out, "bên làm chứng  %s  %s  %d lá  %s\n", p.Name, p.URL, p.Size, orDash(p.Trouble))
	}
	for _, p := range s.Watched {
		fmt.Fprintf(out, "làm chứng cho  %s  %s  %d lá  %s\n", p.Name, p.URL, p.Size, orDash(p.Trouble))
	}
	for _, f := range s.Forks {
		fmt.Fprintf(out, "NHÁNH RẼ  %s  %s  [%s]\n%s\n%s\n", f.Origin, stampOf(f.At.Time()), f.Found, f.First, f.Second)
	}
}

func (a *auditing) witness(ctx context.Context) error {
	var did string
	err := a.in.DB.Write(ctx, operator, func(tx *store.Tx) error {
		switch {
		case len(a.args) == 3 && a.args[0] == "add":
			k, err := audit.AddPeer(ctx, tx, a.args[1], a.args[2])
			did = "Đã thêm " + k.Name + "."
			return err
		case len(a.args) == 2 && a.args[0] == "remove":
			did = "Đã bỏ " + a.args[1] + "."
			return audit.DropPeer(ctx, tx, a.args[1])
		case len(a.args) == 2 && a.args[0] == "need":
			n, err := strconv.Atoi(a.args[1])
			if err != nil {
				return badUsage("witness need nhận một số")
			}
			did = fmt.Sprintf("Cần %d bên làm chứng.", n)
			return audit.SetNeed(ctx, tx, n)
		}
		return badUsage("cách dùng: congvu " + auditLine)
	})
	if err == nil {
		fmt.Fprintln(a.w.out, did)
	}
	return err
}

func (a *auditing) resume(ctx context.Context) error {
	origin, err := a.in.Log.Resume(ctx, operator, a.reason)
	if err == nil {
		fmt.Fprintf(a.w.out, "Nhật ký đi tiếp với tên mới: %s. Đề nghị gửi khóa mới (congvu audit key) cho các bên làm chứng.\n", origin)
	}
	return err
}
