package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"congvu/internal/exchange"
	"congvu/internal/store"
)

const (
	pathNodes   = "/admin/nodes"
	pathTryNode = "/admin/nodes/try"
)

// nodeRoutes are the page of the installations on the axis.
func nodeRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathNodes, Who: posts(store.SystemAdmin), Handle: (*Door).nodesPage, Nav: &Nav{Key: "nodes", Icon: "send", Group: adminGroup, Label: func(ctx context.Context) string { return t(ctx, "Nút liên thông") }}},
		{Pattern: "POST " + pathTryNode, Who: posts(store.SystemAdmin), Handle: (*Door).tryNode},
		{Pattern: "GET " + pathNodes + "/admit", Who: posts(store.SystemAdmin), Handle: (*Door).admitNode},
		{Pattern: "POST " + pathNodes + "/admit", Who: posts(store.SystemAdmin), Handle: (*Door).admitNode},
		{Pattern: "GET " + pathNodes + "/agencies", Who: posts(store.SystemAdmin), Handle: (*Door).amendNode},
		{Pattern: "POST " + pathNodes + "/agencies", Who: posts(store.SystemAdmin), Handle: (*Door).amendNode},
		{Pattern: "GET " + pathNodes + "/rekey", Who: posts(store.SystemAdmin), Handle: (*Door).rekeyNode},
		{Pattern: "POST " + pathNodes + "/rekey", Who: posts(store.SystemAdmin), Handle: (*Door).rekeyNode},
		{Pattern: "GET " + pathNodes + "/revoke", Who: posts(store.SystemAdmin), Handle: (*Door).revokeNode},
		{Pattern: "POST " + pathNodes + "/revoke", Who: posts(store.SystemAdmin), Handle: (*Door).revokeNode},
	}
}

// nodesPage: GET /admin/nodes
func (d *Door) nodesPage(w http.ResponseWriter, r *http.Request) error {
	n, err := d.Exchange.Nodes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Nút liên thông"), Active: "nodes", Watch: []string{"node"}}, nodesPage(n))
}

// tryNode: POST /admin/nodes/try
func (d *Door) tryNode(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(r)
	if err != nil {
		return err
	}
	ms, err := d.Exchange.TryNode(r.Context(), actor(r), form.Line("node"))
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã kết nối và nhận được trả lời sau {ms} ms.", "ms", fmt.Sprintf("%.1f", ms)))
	return redirect(w, r, pathNodes)
}

func linkName(ctx context.Context, l exchange.NodeLink) string {
	if l.Name == "" {
		return t(ctx, "Bản cài đặt trung tâm")
	}
	return l.Name
}

func linkWord(ctx context.Context, l exchange.NodeLink) string {
	switch {
	case l.Connected:
		return t(ctx, "Đang kết nối")
	case l.Since.IsZero():
		return t(ctx, "Chưa từng kết nối")
	}
	return t(ctx, "Mất kết nối")
}

func nodesLead(ctx context.Context, n exchange.Nodes) string {
	if n.Copies > 0 {
		return t(ctx, "Tên của bản cài đặt này: {name}. Trục là cụm máy chủ riêng, mỗi luồng có {count} bản.", "name", n.Name, "count", n.Copies)
	}
	return t(ctx, "Tên của bản cài đặt này: {name}. Trục nằm trong chương trình.", "name", n.Name)
}

func nodesActions(ctx context.Context, n exchange.Nodes) []Action {
	if !n.Hub {
		return nil
	}
	return []Action{{Label: t(ctx, "Thêm bản cài đặt"), Icon: "plus", Href: pathNodes + "/admit"}}
}

func nodeActs(ctx context.Context, l exchange.NodeLink) []Action {
	at := "?node=" + url.QueryEscape(l.Name)
	return []Action{{Label: t(ctx, "Đổi cơ quan"), Kind: Quiet, Href: pathNodes + "/agencies" + at, Describe: t(ctx, "Đổi cơ quan của {name}", "name", l.Name)},
		{Label: t(ctx, "Cấp lại mật khẩu"), Kind: Quiet, Href: pathNodes + "/rekey" + at, Describe: t(ctx, "Cấp lại mật khẩu cho {name}", "name", l.Name)},
		{Label: t(ctx, "Thu hồi"), Kind: Quiet, Href: pathNodes + "/revoke" + at, Describe: t(ctx, "Thu hồi quyền nối của {name}", "name", l.Name)}}
}

// keptNode is the installation an act is about: one that is kept here, not one of the server's configuration.
func (d *Door) keptNode(r *http.Request) (exchange.NodeLink, error) {
	n, err := d.Exchange.Nodes(r.Context(), actor(r))
	if err != nil {
		return exchange.NodeLink{}, err
	}
	name := r.URL.Query().Get("node")
	for _, l := range n.Links {
		if l.Kept && l.Name == name {
			return l, nil
		}
	}
	return exchange.NodeLink{}, store.Refuse(store.NotFound, "Không có bản cài đặt này trên trục.")
}

// secretAct is an act whose answer shows a password, once.
func (d *Door) secretAct(w http.ResponseWriter, r *http.Request, p ActPage, do func(tx *store.Tx, f *Form) (name, password string, err error)) error {
	p.Active, p.Back, p.Refused = "nodes", pathNodes, t(r.Context(), "Chưa lưu được")
	if r.Method != http.MethodPost {
		return d.showAct(w, r, 0, p, nil, nil)
	}
	f, err := readForm(r)
	if err != nil {
		return err
	}
	var name, password string
	err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) (err error) {
		name, password, err = do(tx, f)
		return err
	})
	if errs, ok := asErrors(r.Context(), err); ok {
		return d.showAct(w, r, http.StatusUnprocessableEntity, p, f, errs)
	}
	if err != nil {
		return err
	}
	return d.page(w, r, View{Title: t(r.Context(), "Mật khẩu kết nối của {name}", "name", name), Active: "nodes"}, nodeSecret(name, password))
}

func agenciesField(ctx context.Context, f *Form, errs Errors, codes []string) templ.Component {
	return TextArea(fieldOf(f, errs, Field{Name: "agencies", Label: t(ctx, "Mã định danh các cơ quan ở bản cài đặt kia"), Hint: t(ctx, "Mỗi dòng một mã. Bản cài đặt kia chỉ gửi được với danh nghĩa các cơ quan này."), Value: strings.Join(codes, "\n"), Rows: 5}))
}

// admitNode: GET, POST /admin/nodes/admit
func (d *Door) admitNode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return d.secretAct(w, r, ActPage{Title: t(ctx, "Thêm bản cài đặt"), Lead: t(ctx, "Mật khẩu kết nối hiện một lần sau khi thêm. Có hiệu lực ngay, không phải khởi động lại."), Submit: Action{Label: t(ctx, "Thêm"), Kind: Primary},
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{TextField(fieldOf(f, errs, Field{Name: "name", Label: t(ctx, "Tên bản cài đặt"), Hint: t(ctx, "Tên mà bản cài đặt kia in ra khi khởi động"), MaxLength: 32, Autocomplete: "off"})), agenciesField(ctx, f, errs, nil)}, nil
		}}, func(tx *store.Tx, f *Form) (string, string, error) {
		password, err := d.Exchange.AdmitNode(ctx, tx, f.Line("name"), []string{f.Text("agencies")})
		return f.Line("name"), password, err
	})
}

// amendNode: GET, POST /admin/nodes/agencies?node=
func (d *Door) amendNode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := d.keptNode(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "nodes", Title: t(ctx, "Đổi cơ quan của {name}", "name", l.Name), Lead: t(ctx, "Gói tin gửi đến cơ quan bị bỏ khỏi danh sách được giữ lại cho nơi nhận cơ quan đó sau này."), Back: pathNodes,
		Submit: Action{Label: t(ctx, "Lưu"), Kind: Primary}, Refused: t(ctx, "Chưa lưu được"),
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{agenciesField(ctx, f, errs, l.Given)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			return done("Đã đổi các cơ quan của {name}.", "name", l.Name), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return d.Exchange.AmendNode(ctx, tx, l.Name, []string{f.Text("agencies")})
			})
		}})
}

// rekeyNode: GET, POST /admin/nodes/rekey?node=
func (d *Door) rekeyNode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := d.keptNode(r)
	if err != nil {
		return err
	}
	return d.secretAct(w, r, ActPage{Title: t(ctx, "Cấp lại mật khẩu cho {name}", "name", l.Name), Lead: t(ctx, "Mật khẩu cũ hết hiệu lực ngay và kết nối bị ngắt. Gói tin được giữ lại đến khi bản cài đặt kia dùng mật khẩu mới."), Submit: Action{Label: t(ctx, "Cấp lại mật khẩu"), Kind: Danger}, Fields: noFields},
		func(tx *store.Tx, _ *Form) (string, string, error) {
			password, err := d.Exchange.RekeyNode(ctx, tx, l.Name)
			return l.Name, password, err
		})
}

// revokeNode: GET, POST /admin/nodes/revoke?node=
func (d *Door) revokeNode(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := d.keptNode(r)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "nodes", Title: t(ctx, "Thu hồi quyền nối của {name}", "name", l.Name), Lead: t(ctx, "Kết nối bị ngắt ngay. Văn bản gửi đến các cơ quan của bản cài đặt này chờ đến khi nó được thêm lại."), Back: pathNodes,
		Submit: Action{Label: t(ctx, "Thu hồi"), Kind: Danger}, Fields: noFields,
		Do: func(*Form) (flashed, string, error) {
			return done("Đã thu hồi quyền nối của {name}.", "name", l.Name), "", d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return d.Exchange.RevokeNode(ctx, tx, l.Name) })
		}})
}
