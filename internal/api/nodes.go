package api

import (
	"context"

	"congvu/internal/client"
	"congvu/internal/exchange"
	"congvu/internal/store"
)

const tagNodes = "Bản cài đặt trên trục"

func (d *door) nodeRoutes() {
	ask(d, get("/nodes", "listNodes", tagNodes, "Các bản cài đặt nối trên trục, kết nối và số gói tin chờ"), d.listNodes)
	ask(d, post("/nodes", "admitNode", tagNodes, "Cho một bản cài đặt nối vào, trả mật khẩu một lần"), d.admitNode)
	do(d, post("/nodes/agencies", "amendNode", tagNodes, "Đổi các cơ quan của một bản cài đặt"), d.amendNode)
	ask(d, post("/nodes/rekey", "rekeyNode", tagNodes, "Cấp lại mật khẩu, trả mật khẩu một lần"), d.rekeyNode)
	do(d, post("/nodes/revoke", "revokeNode", tagNodes, "Thu hồi quyền nối"), d.revokeNode)
	ask(d, post("/nodes/try", "tryNode", tagNodes, "Thử kết nối"), d.tryNode)
}

func (d *door) listNodes(ctx context.Context, c *call, _ *struct{}) (client.Nodes, error) {
	n, err := d.Exchange.Nodes(ctx, c.actor)
	return client.Nodes{Name: n.Name, Hub: n.Hub, Copies: n.Copies, Waiting: n.Here, Lost: n.Lost, Links: each(n.Links, func(l exchange.NodeLink) client.Node {
		out := client.Node{Name: l.Name, Kept: l.Kept, Connected: l.Connected, Address: l.Address, Waiting: l.Waiting, Agencies: l.Agencies, Idle: l.Idle(), LastError: l.LastError}
		if !l.Since.IsZero() {
			out.Since = &l.Since
		}
		return out
	})}, err
}

type nodeAct struct{ Body client.NodeForm }

func (d *door) admitNode(ctx context.Context, c *call, in *nodeAct) (out client.NodePassword, err error) {
	out.Name = in.Body.Name
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		out.Password, err = d.Exchange.AdmitNode(ctx, tx, in.Body.Name, in.Body.Agencies)
		return err
	})
	return out, err
}

func (d *door) amendNode(ctx context.Context, c *call, in *nodeAct) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return d.Exchange.AmendNode(ctx, tx, in.Body.Name, in.Body.Agencies) })
}

func (d *door) rekeyNode(ctx context.Context, c *call, in *nodeAct) (out client.NodePassword, err error) {
	out.Name = in.Body.Name
	err = write(ctx, d, c, func(tx *store.Tx) (err error) {
		out.Password, err = d.Exchange.RekeyNode(ctx, tx, in.Body.Name)
		return err
	})
	return out, err
}

func (d *door) revokeNode(ctx context.Context, c *call, in *nodeAct) error {
	return write(ctx, d, c, func(tx *store.Tx) error { return d.Exchange.RevokeNode(ctx, tx, in.Body.Name) })
}

func (d *door) tryNode(ctx context.Context, c *call, in *nodeAct) (client.NodeTried, error) {
	ms, err := d.Exchange.TryNode(ctx, c.actor, in.Body.Name)
	return client.NodeTried{Milliseconds: ms}, err
}
