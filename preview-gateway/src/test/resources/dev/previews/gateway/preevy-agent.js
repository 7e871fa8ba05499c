// Holds a tunnel as Preevy's agent does: the ssh2 library, SSH through TLS by ALPN, "hello" in JSON, a Unix socket's
// forward. Arguments: host, port, key file, request, local port, and "tls" or nothing.
const fs = require('fs')
const net = require('net')
const tls = require('tls')
const { Client } = require('ssh2')

const [host, port, key, request, target, through] = process.argv.slice(2)
const ssh = new Client()

ssh.on('ready', () => ssh.exec('hello', (failure, channel) => {
  if (failure) throw failure
  let said = ''
  channel.stdout.on('data', data => {
    said += data
    if (!said.endsWith('\r\n')) return
    console.log('hello ' + said.trim())
    channel.close()
    ssh.openssh_forwardInStreamLocal(request, refused => console.log(refused ? 'refused' : 'open'))
  })
}))
ssh.on('unix connection', (info, accept) => {
  const visitor = accept()
  const service = net.connect(Number(target), '127.0.0.1')
  visitor.pipe(service).pipe(visitor)
})
ssh.on('error', failure => { console.log('failed ' + failure); process.exit(1) })
ssh.on('end', () => process.exit(0))
process.stdin.on('end', () => ssh.end()).resume()

const connect = sock => ssh.connect({
  sock, host, port: Number(port), username: 'demo', readyTimeout: 60000, privateKey: fs.readFileSync(key)
})
if (through === 'tls') {
  const socket = tls.connect({ host, port: Number(port), servername: 'tunnels.test', rejectUnauthorized: false, ALPNProtocols: ['ssh'] },
    () => connect(socket))
} else {
  connect(undefined)
}
