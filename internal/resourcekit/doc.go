// Package resourcekit is what the resources, data sources and actions of all packages have in common. It is the layer
// between the plugin framework and package control, the client of the control API.
//
// Most resources are an [Entity]: a description of one kind of object, with its model, its schema, its identity, and
// functions that create, read, update, delete and list it. A package declares it once and gets from it
//
//   - Entity.Resource: the resource, with its identity and its imports by identity, ID or name;
//   - Entity.ListResource: the list resource for `terraform query`;
//   - Entity.DataSource and Entity.DataSources: the data sources of one object and of many.
//
// An entity also gives them the same behavior: state is saved before an operation can fail half-way, what the server returns
// is compared with the plan, and API errors are on the attribute that they belong to. Resources that are not an object of
// the API, such as a deployment, embed [Base] instead, and data sources of their own embed [DataSourceBase].
//
// Start with entity.go and entity_resource.go, then read entity_writer.go, which ends a create and an update, and
// entity_find.go, which finds objects by ID or name. provider.go has the shared client, identity.go the identities,
// diagnostics.go and error_attributes.go the errors, values.go the conversion of values, private.go and secret.go the
// private state. planned.go and claims.go are what the resources of one plan know of each other.
package resourcekit
