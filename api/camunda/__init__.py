"""The door for the desktop Camunda Modeler: what its *Deploy* and *Start* ask of a Camunda 7.

`door`        the routes below /engine-rest: login by header, errors as Camunda 7 words them
`deployments` probing, deploying, refusing with sentences
`instances`   the version of the engine, starting a case
`variables`   typed values
`unknown`     every other address
`webapps`     where the modeler's links lead
`slashes`     the path that becomes of an address with a slash at its end

Behind it are the use-cases of `/api/v1`. docs/architecture.md says what is deliberately different
from Camunda 7.
"""
