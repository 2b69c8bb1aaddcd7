package web

func incomingRoutes() []Route { return nil }
func outgoingRoutes() []Route { return nil }
func fileRoutes() []Route     { return nil }
func bookRoutes() []Route     { return nil }
