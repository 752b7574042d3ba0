// Resizes a server to a flavor that fits nowhere with the Node package, and prints the results.
//
// resize.cjs SERVER FLAVOR: uses the cloud of the environment, and prints one JSON document.
// CommonJS, so that NODE_PATH finds the installed package.

const { openstack } = require("reqtrail");

const [server, flavor] = process.argv.slice(2);

async function main() {
  let polls = 0;
  const connection = await openstack.Cloud.fromEnv().connect();
  const client = connection.client({ attemptTimeoutMs: 60_000, timeoutMs: 120_000 });
  const compute = new openstack.Compute(client);
  const { status } = await compute.server(server);
  const accepted = await client.post("/servers/{id}/action", {
    params: { id: server },
    json: { resize: { flavorRef: flavor } },
  });
  try {
    const options = { pollIntervalMs: 200, maxPollIntervalMs: 1000, onProgress: () => polls++ };
    await compute.follow(server, accepted, options);
  } catch (error) {
    if (!(error instanceof openstack.ActionFailedError)) throw error;
    const { message, report } = error;
    const { verdict } = report;
    const history = await compute.explain(server);
    console.log(
      JSON.stringify({ message, report, text: report.report(), verdict, polls, status, history }),
    );
  }
  await client.close();
}

void main();
