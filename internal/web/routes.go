package web

import (
	"context"
	"net/http"

	"congvu/internal/store"
)

// Route is one address of the door: what answers, and who may ask.
type Route struct {
	Pattern string // of http.ServeMux: "GET /incoming/{id}"
	Who     Who
	Handle  func(*Door, http.ResponseWriter, *http.Request) error
	Body    int64 // most bytes of a request; 0: mostForm
	Files   bool  // it takes files: as many bytes as the agency allows, and time to send them
	Nav     *Nav
}

// Who may open a route. The rooms check every act again; this keeps doors shut that a post has no use for.
type Who struct {
	public bool
	roles  store.Roles
}

var (
	public   = Who{public: true}
	signedIn = Who{}
)

// posts opens a route to posts with any of the roles.
func posts(roles store.Roles) Who { return Who{roles: roles} }

func (who Who) may(a store.Actor) bool { return who.roles == 0 || a.Roles.Has(who.roles) }

// Nav is a line of the rail. Lines of one group stand together.
type Nav struct {
	Key, Icon string
	Label     func(context.Context) string
	Group     func(context.Context) string                                  // nil: none
	Count     func(context.Context, store.Reader, store.Actor) (int, error) // what waits behind it; nil: nothing is counted
}

const (
	mostForm  = 4 << 20   // bytes of a form without files: a body of 1 MB, percent-encoded
	mostFiles = 200 << 20 // bytes of a request with files, whatever the setting says
)

// Routes lists every address of the door, for the test of rights.
func Routes() []Route { return routes() }

// routes lists every address, in the order of the rail.
func routes() []Route {
	var all []Route
	for _, part := range [][]Route{
		doorRoutes(),
		workRoutes(),
		incomingRoutes(),
		bulkRoutes(),
		ruleRoutes(),
		recallRoutes(),
		leaderRoutes(),
		followRoutes(),
		standInRoutes(),
		copyRoutes(),
		outgoingRoutes(),
		draftRoutes(),
		templateRoutes(),
		assignmentRoutes(),
		opinionRoutes(),
		approvalRoutes(),
		commentRoutes(),
		signingRoutes(),
		batchRoutes(),
		deviceRoutes(),
		fileRoutes(),
		bookRoutes(),
		statisticsRoutes(),
		dossierRoutes(),
		adminRoutes(),
		pictureRoutes(),
		preservationRoutes(),
		backupRoutes(),
		watchRoutes(),
		nodeRoutes(),
		typeRoutes(),
		reorganisationRoutes(),
		channelRoutes(),
		directoryRoutes(),
		pastRoutes(),
		takeoverRoutes(),
		handoverRoutes(),
		importRoutes(),
		accessRoutes(),
		historyRoutes(),
		rightsRoutes(),
		freezeRoutes(),
		accountRoutes(),
		agentRoutes(),
		logRoutes(),
		proofRoutes(),
	} {
		all = append(all, part...)
	}
	return all
}

// doorRoutes are the way in.
func doorRoutes() []Route {
	return []Route{
		{Pattern: "GET " + PathSignIn, Who: public, Handle: (*Door).signInPage},
		{Pattern: "POST " + PathSignIn, Who: public, Handle: (*Door).signIn},
		{Pattern: "POST " + PathSignOut, Who: public, Handle: (*Door).signOut},
		{Pattern: "POST " + PathLanguage, Who: public, Handle: (*Door).changeLanguage},
		{Pattern: "GET /bootstrap", Who: public, Handle: (*Door).bootstrapPage},
		{Pattern: "POST /bootstrap", Who: public, Handle: (*Door).bootstrap},
		{Pattern: "POST " + PathPost, Who: signedIn, Handle: (*Door).switchPost},
		{Pattern: "GET " + PathEvents, Who: signedIn, Handle: (*Door).events},
	}
}
