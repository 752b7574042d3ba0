// Creates a volume that fits nowhere with the Node package, and prints the results.
//
// volume.cjs SIZE NAME: uses the cloud of the environment, and prints one JSON document.
// CommonJS, so that NODE_PATH finds the installed package.

const { openstack } = require("reqtrail");

const [size, name] = process.argv.slice(2);

async function main() {
  let polls = 0;
  const connection = await openstack.Cloud.fromEnv().connect();
  const options = { service: "volume", attemptTimeoutMs: 60_000, timeoutMs: 120_000 };
  const client = await connection.client(options);
  const accepted = await client.post("/volumes", { json: { volume: { size: Number(size), name } } });
  try {
    const options = { pollIntervalMs: 200, maxPollIntervalMs: 1000, onProgress: () => polls++ };
    await new openstack.Resources(client).follow(accepted, options);
  } catch (error) {
    if (!(error instanceof openstack.ActionFailedError)) throw error;
    const { message, report } = error;
    const { verdict } = report;
    console.log(JSON.stringify({ message, report, text: report.report(), verdict, polls }));
  }
  await client.close();
}

void main();
